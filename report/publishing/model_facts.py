"""What a model is, as a site publishes it for whoever compares it with another one: names, sizes and accuracy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from report.content.chapter import Chapter
from report.content.formats import count
from report.content.safe_text import card_text, one_line
from report.publishing.provenance import name_of
from sumint.analyses.performance.performance import Performance
from sumint.lab import Lab

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MODEL = "model.json"
"""The file of a site with the facts of its model."""


@dataclass(frozen=True)
class ModelFacts:
    """A model: its names, its sizes, how it was trained, and how accurate it is."""

    name: str
    file: str
    tensors_sha256: str
    n_digits: int
    n_heads: int
    d_model: int
    d_head: int
    n_parameters: int
    training: str
    """How it was trained, from its card; empty if nothing is recorded."""
    epochs: int | None
    """The number of epochs of its training; None if its card does not record it."""
    accuracy: str
    """How many of all sums it gets right, or of the sample's digits; empty if neither could be measured."""


def model_facts(lab: Lab, every_sum: Chapter | None, performance: Performance | None) -> ModelFacts:
    """The facts of a lab's model.

    Args:
        every_sum: the chapter on all sums, if the report has it.
        performance: the performance on the sample, if it could be measured.
    """
    architecture, card = lab.weights.architecture, lab.card
    recipe = card.get("recipe")
    epochs = recipe.get("epochs") if isinstance(recipe, Mapping) else None
    numbers = {} if performance is None else accuracy(every_sum, performance)
    return ModelFacts(
        name_of(lab),
        one_line(lab.file_name),
        lab.weights.digest,
        architecture.n_digits,
        architecture.n_heads,
        architecture.d_model,
        architecture.d_head,
        architecture.n_parameters,
        card_text(card, "origin", ""),
        epochs if isinstance(epochs, int) else None,
        "; ".join(f"{value} {label}" for label, value in numbers.items()),
    )


def accuracy(every_sum: Chapter | None, performance: Performance) -> Mapping[str, str]:
    """The accuracy on all sums if every sum was tested, else on the digits of the sample, by what it counts."""
    return (every_sum and every_sum.key_numbers) or {
        f"of {count(performance.n_digits)} digits right": count(performance.right_digits)
    }


def model_file(facts: ModelFacts) -> bytes:
    """The content of `model.json`."""
    return (json.dumps(asdict(facts), indent=1, ensure_ascii=False) + "\n").encode()


def facts_from_json(value: object) -> ModelFacts:
    """The facts that a JSON object holds.

    Raises:
        ValueError: if the object is not in the expected form.
    """
    facts = _adapter().validate_python(value)
    texts = {name: one_line(text) for name, text in asdict(facts).items() if isinstance(text, str)}
    return replace(facts, **texts)


@cache
def _adapter() -> TypeAdapter[ModelFacts]:
    from pydantic import TypeAdapter  # slow to import, and most builds read no facts

    return TypeAdapter(ModelFacts)
