"""The report's model beside another one: sizes, accuracy, claims, and the figures on which they can be compared.

A report has this chapter only if it is compared with another model, and its module is made for that model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType

from report.chapters.comparison.figures import carries_figure, digits_figure, heads_figure, sites_table
from report.chapters.comparison.models import models_table, nearness, what_is_not_compared
from report.chapters.comparison.verdicts import verdicts_in_short
from report.comparison.claim_pairs import ClaimPairs
from report.comparison.compared_model import files_of_model, from_files
from report.comparison.names import distinct_names
from report.comparison.other_model import OtherModel, check_is_another
from report.content.chapter import ChapterPlan, Content, Values
from report.content.failures import Failure
from report.content.sections import measure
from report.publishing.provenance import name_of
from sumint.lab import Lab


def chapter(other: OtherModel, plans: Mapping[str, ChapterPlan]) -> ModuleType:
    """The module of the chapter that compares a report's model with another one.

    Args:
        plans: the chapters whose claims and figures are compared, by stem.
    """

    def both_models(lab: Lab) -> Iterator[Content]:
        """Both models, and how they differ."""
        lab.record("compared with", other.inputs)
        check_is_another(lab, other)
        ours = from_files(files_of_model(lab, measure(lab, plans)))
        theirs, failures = other.model(lab, plans)
        lab.record("the other model", theirs.digest)
        names = distinct_names((name_of(lab), other.name), (lab.file_name, other.file))
        pairs = ClaimPairs.of(names, ours, theirs)
        yield Values(
            {
                "pairs": pairs,
                "verdicts": verdicts_in_short(pairs),
                "nearness": nearness(lab.weights, other),
                "not_compared": what_is_not_compared(ours, theirs),
            }
        )
        models = ours, theirs
        yield models_table(names, models)
        yield heads_figure(names, models)
        yield digits_figure(names, models)
        yield carries_figure(names, models)
        yield sites_table(names, models)
        yield from (Failure(other.name, failure) for failure in failures)

    module = ModuleType(__name__)
    module.__file__ = __file__
    module.PLAN = ChapterPlan(  # pyright: ignore[reportAttributeAccessIssue]
        title="Comparison",
        question=f"How does this model differ from {other.name}?",
        sections=(both_models,),
        other_modules=tuple(module for plan in plans.values() for module in plan.modules),
    )
    module.INPUTS = other.inputs  # pyright: ignore[reportAttributeAccessIssue]
    return module
