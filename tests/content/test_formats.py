"""Numbers are formatted as in printed text."""

from collections.abc import Callable

import numpy as np
import pytest

from report.content.formats import (
    NO_BREAK,
    count,
    decimals,
    degrees,
    joined,
    nats,
    percent,
    radians,
    scientific,
    significant,
    whole_percent,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (decimals(-0.25), "−0.25"),
        (decimals(-0.0001), "0.00"),
        (decimals(1234.5, 1), "1,234.5"),
        (count(25_000_000), "25,000,000"),
        (percent(0.98435), "98.4%"),
        (percent(0.97, 0), "97%"),
        (significant(0.00712), "0.00712"),
        (significant(9.999), "10.0"),
        (significant(0), "0.00"),
        (significant(1.5e-9), f"1.50{NO_BREAK}×{NO_BREAK}10⁻⁹"),
        (scientific(-1.23e-7), f"−1.2{NO_BREAK}×{NO_BREAK}10⁻⁷"),
        (scientific(0), "0"),
        (nats(16.61), f"16.6{NO_BREAK}nats"),
        (radians(3.0651), f"3.065{NO_BREAK}rad"),
        (degrees(-36), "−36.0°"),
        (joined(np.array([19, 25, 26, 37])), "19, 25, 26 and 37"),
        (joined(["one"]), "one"),
        (joined([]), "none"),
    ],
)
def test_numbers_are_written_for_people(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize("form", [decimals, degrees, nats, percent, radians, scientific, significant])
def test_a_number_that_could_not_be_measured_is_written_in_words_without_a_unit(form: Callable[..., str]) -> None:
    assert form(np.nan) == form(np.float32(np.nan)) == "not measured"
    assert "not measured" not in form(0.0)


@pytest.mark.parametrize(
    ("share", "places", "written"),
    [
        (1.0, 1, "100.0%"),
        (0.9999, 1, "over 99.9%"),
        (0.99951, 1, "over 99.9%"),
        (0.9994, 1, "99.9%"),
        (0.99999, 3, "99.999%"),
        (0.0, 1, "0.0%"),
    ],
)
def test_what_is_not_quite_all_is_not_written_as_all(share: float, places: int, written: str) -> None:
    assert percent(share, places) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0, "0%"), (0.004, "0%"), (0.984, "98%"), (0.994, "99%"), (0.996, ">99%"), (1.0, "100%")],
)
def test_a_cell_has_room_for_a_share_in_hundredths(share: float, written: str) -> None:
    assert whole_percent(share) == written


def test_a_share_above_none_is_never_written_as_none_at_all() -> None:
    assert percent(1e-8, 4) == "under 0.0001%"
    assert percent(2173 / 25_000_000) == "under 0.1%"
    assert percent(0.0005) in ("0.1%", "under 0.1%")
    assert (percent(0.0), percent(-0.0004), percent(0.001)) == ("0.0%", "0.0%", "0.1%")
