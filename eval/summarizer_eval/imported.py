"""Objects that a user names as ``module:object``: metrics and checkers of their own."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from summarizer.errors import InputError

__all__ = ["imported"]


def imported(name: str, option: str) -> Any:
    """The object of ``module:object``; a file of the working directory is found too.

    Args:
        name: what the user gave.
        option: where it was given, for the error.

    Raises:
        InputError: there is no such module, or no such object in it.
    """
    module, _, attribute = name.partition(":")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # last, as a file beside must shadow nothing
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"cannot import {name!r} ({error})", where=option, hint="give module:object"
        ) from error
