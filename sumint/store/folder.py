"""Where files are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from sumint.errors import InputError
from sumint.machine.files import quote

CHOSEN_BY = "SUMINT_CACHE"
"""The environment variable that names another cache folder than the user's own."""


def cache_folder() -> Path:
    """The folder named by the environment variable `SUMINT_CACHE`, else the user's own cache folder.

    It need not exist yet. Everything in it can be deleted at any time: it is fetched or measured again.

    Raises:
        InputError: if the system will not so much as look at what the variable names.
    """
    chosen = os.environ.get(CHOSEN_BY)
    if not chosen:
        return platformdirs.user_cache_path("sumint")
    folder = Path(chosen)
    try:
        folder.exists()
    except OSError as error:
        reason = f"cannot be a folder ({error.strerror}); name another"
        raise InputError(f"{CHOSEN_BY}: {quote(chosen)} {reason}") from None
    return folder
