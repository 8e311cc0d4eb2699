"""The choices that a reader has in a figure, and the options of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """A choice that the reader has in a figure: its name and its options."""

    name: str
    options: tuple[str, ...]


def controls_of(figure: str, names: tuple[str, ...], choices: Sequence[tuple[str, ...]]) -> tuple[Control, ...]:
    """The controls of a figure, each with its options in the order in which the choices name them.

    `choices` are those of each view of the figure: one option for each of the controls, which `names` names.

    Raises:
        ValueError: if the choices are not every combination of the options, once each.
    """
    if not choices:
        raise ValueError(f"figure {figure}: expected at least one chart, found none")
    if len(choices) > 1 and not names:
        raise ValueError(f"figure {figure}: {len(choices)} views need a control; name it in `control`")
    for choice in choices:
        if names and len(choice) != len(names):
            raise ValueError(
                f"figure {figure}: expected one choice for each of {', '.join(names)}, found {', '.join(choice)}"
            )
    controls = tuple(
        Control(name, tuple(dict.fromkeys(choice[index] for choice in choices)))
        for index, name in enumerate(names)
    )
    if names and len(choices) != math.prod(len(control.options) for control in controls):
        raise ValueError(f"figure {figure}: expected a view for each combination of its controls")
    return controls
