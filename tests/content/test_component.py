"""A component has a payload for every option of its control."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from report.content.component import Component, Part
from report.content.controls import Control


@dataclass(frozen=True)
class Payload:
    """A payload without numbers."""

    def parts(self) -> Mapping[str, Part]:
        return {}


def component(payload: Payload | Mapping[str, Payload], control: str | None = None) -> Component:
    return Component("it", "It", payload, "", "", component, script="it", part_title="Part", control=control)


def test_a_component_without_a_control_has_one_payload() -> None:
    payload = Payload()
    assert component(payload).payloads == {(): payload}
    assert component(payload).controls == ()


def test_a_control_has_the_options_in_the_order_of_the_payloads() -> None:
    one, other = Payload(), Payload()
    shown = component({"2+3=5": one, "1+1=2": other}, "Sum")
    assert shown.controls == (Control("Sum", ("2+3=5", "1+1=2")),)
    assert shown.payloads == {("2+3=5",): one, ("1+1=2",): other}


@pytest.mark.parametrize(
    ("payload", "control", "wrong"),
    [
        ({}, "Sum", "expected at least one chart"),
        ({"a": Payload(), "b": Payload()}, None, "need a control"),
        (Payload(), "Sum", "expected one choice for each of Sum"),
    ],
)
def test_a_component_whose_control_leads_nowhere_is_refused(
    payload: Payload | Mapping[str, Payload], control: str | None, wrong: str
) -> None:
    with pytest.raises(ValueError, match=f"figure it: .*{wrong}"):
        component(payload, control)
