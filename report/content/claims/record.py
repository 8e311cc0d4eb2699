"""A claim as it is published: written to `claims.json` by a build, read back by `report check` and `diff`.

The record holds the measured numbers of every condition, so that its reader derives the verdict again rather than
believing it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from report.content.claims.checks import Check
from report.content.claims.claim import Claim
from report.content.claims.condition import Condition
from report.content.claims.outcome import Kind, Outcome
from report.content.claims.states import State

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class RecordError(ValueError):
    """A published claim that is not in the expected form; the message names the field."""


@dataclass(frozen=True)
class ClaimRecord(Outcome):
    """A claim with its outcome, as `claims.json` holds it."""

    chapter: str
    name: str
    kind: Kind
    statement: str
    otherwise: str
    check: Check
    state: State
    """The outcome that the build found; `check.state` derives it again."""
    figure: str = ""
    """The name of the figure or table that shows the values; empty if there is none."""
    address: str = ""
    code: str = ""
    """The path of the analysis that measured the values."""
    networks: Mapping[str, State] = field(default_factory=dict)
    """The outcome on the bundled seeds, the null networks and the controls, by their names."""

    @property
    def key(self) -> str:
        """The chapter and the name, which identify the claim in the site."""
        return f"{self.chapter}/{self.name}"

    @property
    def value(self) -> str:
        """The measured values as text."""
        return self.check.value

    @property
    def criterion(self) -> str:
        """The criterion as text."""
        return self.check.criterion

    @property
    def numbers(self) -> dict[str, float]:
        """Every measured number by the label of its condition and its case."""
        return {
            ", ".join(filter(None, (condition.label, case.name))) or "value": case.value
            for condition in self.check.conditions
            if isinstance(condition, Condition)
            for case in condition.measured
            if case.value is not None
        }


def record_of(
    claim: Claim,
    chapter: str,
    code_of: Callable[[Callable[..., object]], str],
    networks: Mapping[str, State] | None = None,
) -> ClaimRecord:
    """The record of a claim.

    Args:
        code_of: returns the path of the file that defines a function.
        networks: the outcome on other networks, by their names.
    """
    return ClaimRecord(
        chapter,
        claim.name,
        claim.kind,
        claim.statement,
        claim.otherwise,
        claim.check,
        claim.state,
        claim.figure,
        f"{chapter}.html#{claim.name}",
        code_of(claim.source),
        networks or {},
    )


def to_json(record: ClaimRecord) -> dict[str, Any]:
    """The record as a JSON object, with what readers of the file would otherwise have to derive."""
    return {**_as_json(record), "measured": record.value, **_deciding(record.check)}


def _as_json(value: Any) -> Any:
    """The same as `asdict`, which copies every string and number, in less than half the time."""
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value):
        return {field.name: _as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_as_json(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def from_json(value: object) -> ClaimRecord:
    """The record that a JSON object holds.

    Raises:
        RecordError: if the object is not in the expected form; the message names the field.
    """
    from pydantic import ValidationError

    try:
        return _adapter().validate_python(value, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise RecordError(f"`{place}`: {first['msg']}" if place else first["msg"]) from None


@cache
def _adapter() -> TypeAdapter[ClaimRecord]:
    from pydantic import TypeAdapter  # slow to import, and a build has no claim to read

    return TypeAdapter(ClaimRecord)


def _deciding(check: Check) -> dict[str, Any]:
    """The criterion, and the value, limit, interval and case that decide; null where there is none."""
    deciding = check.deciding
    without = {
        "criterion": check.criterion,
        "value": None,
        "limit": None,
        "unit": "",
        "interval": None,
        "decided_by": "",
        "n": check.n_asked,
        "n_possible": check.n_possible,
    }
    if not isinstance(deciding, Condition) or (case := deciding.deciding) is None or case.value is None:
        return without
    value = case.value
    return {
        **without,
        "value": value,
        "limit": min(deciding.bounds, key=lambda bound: abs(value - bound)),
        "unit": deciding.unit,
        "interval": case.interval and list(case.interval),
        "decided_by": ", ".join(filter(None, (deciding.label, case.name))),
    }
