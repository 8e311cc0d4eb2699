"""Conditions of a text: passages that a page shows only where the claims on which they rest hold.

    {% if holds("carry-order") %}
    Attention scores rank digits by how decisive they are.
    {% elif fails("carry-order") %}
    The order is another one here.
    {% else %}
    No single site holds a carry, so there is no order.
    {% endif %}

A condition names claims, of the same chapter or of another (`holds("how-it-adds#one-frequency")`), and combines
them with `and`, `or`, `not` and parentheses. `holds` and `fails` are both false of a claim that was not checked.
`is_the_write_ups` is true on the write-up's checkpoint, `resembles_the_write_ups` on one with the same directions,
`compares_seeds` where other checkpoints have the same sizes, `can_add` of a model that gets most sums right,
`runs_live` of a report with a page that runs the network, `is_whole` of one with all chapters, and `shows_digits`
of one with the chapter on the unembedding.
Conditions are resolved before a text is read; the lines keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, TemplateError, nodes

from report.content.claims.states import FAILING, HOLDING, State
from report.errors import TextError

TAG = re.compile(r"\{%-?\s*(?P<keyword>if|elif|else|endif)\b(?P<condition>.*?)-?%\}", re.DOTALL)

StateOf = Callable[[str], State | None]
"""A function that returns the state of a claim by its name, or None if there is no such claim."""


@dataclass(frozen=True)
class Facts:
    """What the conditions of a text may ask."""

    state_of: StateOf
    about_the_model: Mapping[str, bool]
    """What is known of the checkpoint, by the name that conditions use for it."""


@dataclass
class _Block:
    """An `if` that is open while a text is resolved."""

    place: str
    is_outer_shown: bool
    was_taken: bool = False
    """Whether one of its branches has been taken."""
    is_shown: bool = False
    has_else: bool = False


def resolved(source: str, path: str, facts: Facts) -> str:
    """The text with the passages whose conditions are met, and with empty lines in place of all others.

    Raises:
        TextError: if a condition cannot be read, names a claim that does not exist, or a block is not closed.
    """
    parts: list[str] = []
    blocks: list[_Block] = []
    is_shown, end = True, 0
    for tag in TAG.finditer(source):
        passage = source[end : tag.start()]
        parts.append(passage if is_shown else _lines_of(passage))
        parts.append(_lines_of(tag[0]))
        end = tag.end()
        place = f"{path}:{source.count(chr(10), 0, tag.start()) + 1}"
        keyword, condition = tag["keyword"], tag["condition"].strip()
        if keyword == "if":
            blocks.append(_Block(place, is_shown))
        elif not blocks:
            raise TextError(f"{place}: {keyword} without an if before it")
        elif keyword != "endif" and blocks[-1].has_else:
            raise TextError(f"{place}: {keyword} after the else of the same if")
        block = blocks[-1]
        if keyword == "endif":
            is_shown = blocks.pop().is_outer_shown
            continue
        block.has_else = keyword == "else"
        # Every condition is evaluated, also in a branch that is not taken: a name that does not exist is an error
        # on every checkpoint.
        is_met = keyword == "else" or _is_met(condition, place, facts)
        is_shown = block.is_outer_shown and not block.was_taken and is_met
        block.was_taken |= is_met
    if blocks:
        raise TextError(f"{blocks[-1].place}: this if has no endif")
    return "".join((*parts, source[end:]))


def without_conditions(source: str) -> str:
    """The text with the passages of all branches, one after another, whatever their conditions."""
    return TAG.sub(lambda tag: _lines_of(tag[0]), source)


def claims_named(source: str) -> tuple[str, ...]:
    """The names of the claims in all conditions of a text, each once."""
    calls = (call for tag in TAG.finditer(source) for call in re.findall(r"\(\s*[\"']([^\"']*)", tag["condition"]))
    return tuple(dict.fromkeys(calls))


def _lines_of(passage: str) -> str:
    """The line breaks of a passage."""
    return "\n" * passage.count("\n")


def _is_met(condition: str, place: str, facts: Facts) -> bool:
    return _value(_parsed(condition, place), condition, place, facts)


@cache
def _parsed(condition: str, place: str) -> nodes.Node:
    try:
        ((parsed,),) = (
            node.nodes for node in Environment().parse(f"{{{{ {condition} }}}}").find_all(nodes.Output)
        )
    except (TemplateError, ValueError) as error:
        raise TextError(f"{place}: the condition {condition or '(empty)'} cannot be read: {error}") from None
    return parsed


def _value(node: nodes.Node, condition: str, place: str, facts: Facts) -> bool:
    def value(part: nodes.Node) -> bool:
        return _value(part, condition, place, facts)

    match node:
        case nodes.And(left=left, right=right):
            met = [value(left), value(right)]
            return all(met)
        case nodes.Or(left=left, right=right):
            met = [value(left), value(right)]
            return any(met)
        case nodes.Not(node=inner):
            return not value(inner)
        case nodes.Name(name=name) if name in facts.about_the_model:
            return facts.about_the_model[name]
        case nodes.Call(
            node=nodes.Name(name="holds" | "fails" as ask), args=[nodes.Const(value=str(name))], kwargs=[]
        ):
            state = facts.state_of(name)
            if state is None:
                raise TextError(f"{place}: the condition {condition} names a claim that does not exist: {name}")
            return state in (HOLDING if ask == "holds" else FAILING)
        case _:
            raise TextError(
                f'{place}: expected a condition such as holds("name") and not fails("name"), found {condition}'
            )
