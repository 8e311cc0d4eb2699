import numpy as np
import pytest

from sumint.task.examples import FROM_SAMPLE, chosen_operands, examples
from sumint.task.sums import Layout, SampleSpec, Sums

DIGITS = [2, 3, 4, 5, 6]


def chosen_sums(n_digits: int) -> dict[str, Sums]:
    layout = Layout(n_digits)
    return {kind: Sums(layout, np.array([a]), np.array([b])) for kind, (a, b) in chosen_operands(n_digits).items()}


@pytest.mark.parametrize("n_digits", DIGITS)
def test_the_first_sums_of_the_sample_come_first(n_digits: int) -> None:
    sample = SampleSpec(n_digits, size=20).draw()
    chosen = examples(sample)
    assert chosen.labels[:FROM_SAMPLE] == tuple(sample.strings[:FROM_SAMPLE])
    assert len(chosen.labels) == len(chosen.sums) == len(set(chosen.labels))


@pytest.mark.parametrize("n_digits", DIGITS)
def test_a_chosen_sum_is_what_it_is_chosen_for(n_digits: int) -> None:
    sums = chosen_sums(n_digits)
    assert sums["no carry"].carry_out.sum() == 0
    assert sums["one carry"].carry_out.sum() == 1
    assert (sums["five and five"].a, sums["five and five"].b) == (5, 5)


@pytest.mark.parametrize("n_digits", DIGITS[1:])
def test_columns_of_nines_pass_a_carry_on_or_have_no_carry_in(n_digits: int) -> None:
    sums = chosen_sums(n_digits)
    nine = "a nine" if n_digits == 3 else "nines"
    for kind, has_carry in ((f"a carry through {nine}", True), (f"{nine} without a carry", False)):
        nines = (sums[kind].a_digits + sums[kind].b_digits)[0, 1:-1]
        assert (nines == 9).all()
        assert (sums[kind].carry_out[0, 1:] == has_carry).all()


def test_two_digits_leave_no_room_for_nines_between() -> None:
    assert not any("nine" in kind for kind in chosen_operands(2))
