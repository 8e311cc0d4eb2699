"""The record of a build in `build.json`: everything that may differ between two builds of the same site.

It states when and where the site was built and how long that took, for each analysis whether it was measured or
reused and how long it took, and what failed. No other file of a site contains any of this.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from report.content.safe_text import card_text, one_line
from report.publishing.repository import Repository
from sumint.lab import Lab
from sumint.store.keys import versions

OUTDATED = "outdated_outcomes"
"""The entry of the record for whether the outcomes on other networks were measured with other code."""


def build_record(
    lab: Lab,
    repository: Repository,
    started: float,
    figures: Mapping[str, str],
    failures: Sequence[str],
    *,
    has_outdated_outcomes: bool = False,
) -> dict[str, Any]:
    """The content of `build.json` for a build that started at `started`, in seconds since the epoch."""
    return {
        "built": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 3),
        "host": platform.node(),
        "system": platform.platform(),
        "weights": {
            "name": card_text(lab.card, "name", lab.weights_path.name),
            "file": one_line(lab.weights_path.name),
            "tensors_sha256": lab.weights.digest,
        },
        "sample": asdict(lab.sample_spec),
        "checks_published": lab.checks_published,
        "device": lab.device,
        "dtype": lab.dtype,
        "versions": versions(),
        "commit": repository.commit,
        "uncommitted_changes": repository.is_dirty,
        "analyses": [
            {
                "name": run.name,
                "settings": dict(run.settings),
                "state": run.state,
                "why": run.why,
                "seconds": round(run.seconds, 3),
            }
            for run in lab.runs
        ],
        "figures": dict(figures),
        "failures": list(failures),
        OUTDATED: has_outdated_outcomes,
    }
