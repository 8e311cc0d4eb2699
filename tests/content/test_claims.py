"""A claim omits numbers that could not be measured."""

import numpy as np
import pytest

from report.chapters.how_it_carries.direction import half_flip_dose
from report.chapters.how_it_carries.served_routes import range_of
from report.content.claims.claim import Finding, general_claim
from sumint.analyses.carrying.carry_direction import DOSES, carry_direction


def test_a_number_that_could_not_be_measured_is_no_number_of_the_claim() -> None:
    finding = Finding("one of three", True, {"there": 0.5, "not there": np.nan, "beyond": np.inf})
    claim = general_claim("it", "", criterion="", source=carry_direction, otherwise="", finding=finding)
    assert claim.numbers == {"there": 0.5}


def test_a_range_is_of_what_could_be_measured() -> None:
    assert range_of(np.array([0.25, np.nan, 0.5])) == "25% to 50%"
    assert "nan" not in range_of(np.array([np.nan]))


def test_half_have_moved_between_two_doses_or_never() -> None:
    ways = np.array(DOSES)
    assert half_flip_dose(ways.clip(max=1)) == pytest.approx(0.5)
    assert np.isnan(half_flip_dose(0.4 * ways.clip(max=1)))
