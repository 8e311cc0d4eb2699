"""The chapters, in reading order.

Those that make claims about a checkpoint come first; they are listed where their claims are compared with those
on other checkpoints.
"""

from report.chapters import open_questions, other_seeds
from report.survey import SURVEYED

OUTLINE = (*SURVEYED, other_seeds, open_questions)
