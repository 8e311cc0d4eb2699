"""The cache folder, which holds files between runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from sumint.errors import InputError
from sumint.machine.files import quote

CACHE_VARIABLE = "SUMINT_CACHE"
"""The environment variable that replaces the user's cache folder by another one."""


def cache_folder() -> Path:
    """The folder that the environment variable `SUMINT_CACHE` names, or else the user's cache folder.

    The folder need not exist. Everything in it can be deleted at any time: it is downloaded or measured again.

    Raises:
        InputError: if the variable does not name a possible folder.
    """
    name = os.environ.get(CACHE_VARIABLE)
    if not name:
        return platformdirs.user_cache_path("sumint")
    folder = Path(name)
    try:
        folder.exists()
    except OSError as error:
        reason = f"cannot be a folder ({error.strerror}); choose another one"
        raise InputError(f"{CACHE_VARIABLE}: {quote(name)} {reason}") from None
    return folder
