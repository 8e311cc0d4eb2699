"""Where files are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The folder named by the environment variable `SUMINT_CACHE`, else the user's own cache folder.

    It need not exist yet. Everything in it can be deleted at any time: it is fetched or measured again.
    """
    chosen = os.environ.get("SUMINT_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("sumint")
