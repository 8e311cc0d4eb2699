"""The two versions of a path's attribution: corrected, and as published."""

from __future__ import annotations

from report.content.chapter import CORRECTED, PUBLISHED
from sumint.analyses.attribution.path_attribution import READINGS

VERSIONS = {CORRECTED: READINGS["corrected"], PUBLISHED: READINGS["as published"]}
"""The index of each version on the first axis of a `PathAttribution`, by the option of a figure."""
