"""The cache folder, which holds files between runs."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

import platformdirs

from sumint.errors import InputError
from sumint.machine.files import quote

CACHE_VARIABLE = "SUMINT_CACHE"
"""The environment variable that replaces the user's cache folder by another one."""

log = logging.getLogger(__name__)


def cache_folder() -> Path | None:
    """The folder that the environment variable `SUMINT_CACHE` names, or else the user's cache folder.

    The folder need not exist. Everything in it can be deleted at any time: it is downloaded or measured again. It
    is None, with a warning, for a user without a home folder, as in some containers: nothing is kept between runs
    then.

    Raises:
        InputError: if the variable does not name a possible folder.
    """
    name = os.environ.get(CACHE_VARIABLE)
    if not name:
        return _of_user()
    try:
        # A configuration file or a container's settings hold a tilde as it is, which a shell would replace.
        folder = Path(name).expanduser()
        folder.exists()
    except RuntimeError:
        raise InputError(f"{CACHE_VARIABLE}: {quote(name)}: this user has no home folder for ~") from None
    except OSError as error:
        reason = f"cannot be a folder ({error.strerror}); choose another one"
        raise InputError(f"{CACHE_VARIABLE}: {quote(name)} {reason}") from None
    return folder


def _of_user() -> Path | None:
    try:
        return platformdirs.user_cache_path("sumint")
    except RuntimeError:  # there is nothing that ~ can stand for
        _warn_of_no_home()
        return None


@cache
def _warn_of_no_home() -> None:
    """Log the warning the first time only."""
    log.warning("this user has no home folder, so no results are kept; set %s to a folder", CACHE_VARIABLE)
