"""The chapters, in reading order: the one place where the order is written down."""

from report.chapters import ablation, the_task, unembedding

OUTLINE = (the_task, unembedding, ablation)
