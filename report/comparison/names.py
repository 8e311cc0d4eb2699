"""The names of two models that are compared, with an addition to each if they are the same."""

from __future__ import annotations


def distinct_names(names: tuple[str, str], *additions: tuple[str, ...]) -> tuple[str, str]:
    """Both names, each with the first of the additions that differ in brackets if they are the same.

    Args:
        additions: pairs of texts by which the two may differ, such as the names of their folders.
    """
    if names[0] != names[1]:
        return names
    first, second = next((pair for pair in additions if pair[0] != pair[1]), ("first", "second"))
    return f"{names[0]} ({first})", f"{names[1]} ({second})"
