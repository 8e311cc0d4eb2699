"""The two models in a table, how near their weights are, and what of them cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from report.chapters.comparison.figures import Models, Names
from report.comparison.compared_model import ComparedModel
from report.comparison.other_model import OtherModel
from report.comparison.published_data import performance_measures
from report.content.chapter import Table
from report.content.formats import count, decimals, joined
from report.publishing.model_facts import ModelFacts, model_facts
from sumint.checkpoints.files import Weights
from sumint.checkpoints.resemblance import matrix_cosines, resemblance

UNKNOWN = "not recorded"
FACTS: Mapping[str, Callable[[ModelFacts], str]] = {
    "digits of an operand": lambda facts: count(facts.n_digits),
    "heads per layer": lambda facts: count(facts.n_heads),
    "dimensions of the residual stream": lambda facts: count(facts.d_model),
    "dimensions of a head": lambda facts: count(facts.d_head),
    "parameters": lambda facts: count(facts.n_parameters),
    "training": lambda facts: facts.training or UNKNOWN,
    "epochs": lambda facts: UNKNOWN if facts.epochs is None else count(facts.epochs),
    "accuracy": lambda facts: facts.accuracy or UNKNOWN,
}
"""What the table states of each model beside what was measured on the sample, as text."""


def models_table(names: Names, models: Models) -> Table:
    """The table of both models: sizes, training, accuracy, performance on the sample, sites and claims."""
    measures = [performance_measures(model.data) for model in models]
    rows = {
        **{
            label: [UNKNOWN if model.facts is None else text(model.facts) for model in models]
            for label, text in FACTS.items()
        },
        **{
            f"{label}, on the sample": [of_model.get(label, UNKNOWN) for of_model in measures]
            for label in dict.fromkeys(label for of_model in measures for label in of_model)
        },
        "carry sites": [_carry_sites(model) for model in models],
        "claims that hold": ["{} of {}".format(*model.n_counted) for model in models],
    }
    return Table(
        "models",
        "The two models",
        {"property": tuple(rows), **dict(zip(names, zip(*rows.values(), strict=True), strict=True))},
        caption=(
            "Sizes, training, accuracy and carry sites of both models. Each has a sample of its own if they read "
            "numbers of different lengths. The last row counts findings and, where they were checked, claims "
            "about the write-up’s checkpoint."
        ),
        source=model_facts,
        csv_columns=_model_columns(names, models),
    )


def _model_columns(names: Names, models: Models) -> dict[str, Sequence[object]]:
    """The columns of the CSV, with a row for each model; each report has its own of the measures on the sample."""
    facts = [model.facts for model in models]
    return {
        "model": names,
        "n_operand_digits": [one and one.n_digits for one in facts],
        "n_heads": [one and one.n_heads for one in facts],
        "d_model": [one and one.d_model for one in facts],
        "d_head": [one and one.d_head for one in facts],
        "n_parameters": [one and one.n_parameters for one in facts],
        "training": [one.training if one else "" for one in facts],
        "epochs": [one and one.epochs for one in facts],
        "n_claims_held": [model.n_counted[0] for model in models],
        "n_claims_checked": [model.n_counted[1] for model in models],
    }


def _carry_sites(model: ComparedModel) -> str:
    """The sites that hold carries, as the claim about them lists them."""
    claim = model.claims.get("how-it-carries/carry-sites")
    return (claim.check.note if claim else "") or UNKNOWN


def nearness(weights: Weights, other: OtherModel) -> str:
    """How near the weights of the two models are, in sentences."""
    if other.weights is None:
        return "The weights are not compared: the other report is a site, which contains none."
    near, whole = resemblance(weights, other.weights), matrix_cosines(weights, other.weights)
    if near is None or whole is None:
        return "The weights are not compared: the two models are of different sizes."
    cosines = (
        f"the cosine is {decimals(whole.embedding, 3)} between the embeddings (the least of any dimension "
        f"{decimals(near.embedding, 3)}) and {decimals(whole.unembedding, 3)} between the unembeddings (the least "
        f"{decimals(near.unembedding, 3)})"
    )
    if near.is_close:
        return (
            f"The weights are near each other: {cosines}. Weights trained apart are not, so the two probably have "
            "a common origin, and heads and dimensions of the same number may do the same in both."
        )
    return (
        f"The weights are not near each other: {cosines}. The models use their dimensions differently, so heads "
        "and dimensions of the same number need not do the same."
    )


def what_is_not_compared(ours: ComparedModel, theirs: ComparedModel) -> str:
    """What cannot be compared since the two models differ in size, in a sentence; empty if everything can be."""
    if ours.facts is None or theirs.facts is None:
        return "The other site is of an earlier version of this tool, so its model’s sizes are not known here."
    if ours.facts.n_digits != theirs.facts.n_digits:
        digits = joined((ours.facts.n_digits, theirs.facts.n_digits))
        return (
            f"The models read numbers of {digits} digits: answer digits are shown side by side, and routes of "
            "carries are not compared. Each claim is about whatever digits and routes its model has."
        )
    if ours.facts.n_heads != theirs.facts.n_heads:
        heads = joined((ours.facts.n_heads, theirs.facts.n_heads))
        return f"The models have {heads} heads per layer. Each claim is about whatever heads its model has."
    return ""
