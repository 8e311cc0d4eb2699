"""The claims that a chapter declares, found without making it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from report.content.chapter import ChapterPlan
from report.content.claims.claim import ClaimFunction


def declared_claims(plan: ChapterPlan) -> Mapping[str, ClaimFunction[...]]:
    """The claim functions in the packages of a chapter's sections, by the names of the claims."""
    packages = dict.fromkeys(section.__module__ for section in plan.sections)
    return {
        function.name: function
        for package in packages
        for function in _claim_functions(package)
        if function.__module__.startswith(package)
    }


def _claim_functions(package: str) -> Iterator[ClaimFunction[...]]:
    """Iterate over the claim functions that a package defines or imports, alone or in a tuple."""
    for value in vars(sys.modules[package]).values():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, ClaimFunction):
                yield item
