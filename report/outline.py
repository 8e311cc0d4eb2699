"""The chapters, in reading order: the one place where the order is written down."""

from report.chapters import (
    ablation,
    carries,
    direct_logit_attribution,
    every_sum,
    how_it_adds,
    how_it_carries,
    layer_0_attention,
    layer_1_ov,
    open_questions,
    the_task,
    unembedding,
)

OUTLINE = (
    the_task,
    unembedding,
    ablation,
    layer_0_attention,
    direct_logit_attribution,
    layer_1_ov,
    carries,
    every_sum,
    how_it_carries,
    how_it_adds,
    open_questions,
)
