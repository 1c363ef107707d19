"""Names to checkers: the embedded one, installed entry points, and ``module:object``."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError
from summarizer_eval.imported import imported

if TYPE_CHECKING:
    from summarizer_eval.claims.claim import Checker

__all__ = ["ENTRY_POINTS", "checker_names", "make_checker"]

ENTRY_POINTS = "summarizer.checkers"
"""Entry point group: each is a callable without arguments that gives a `Checker`, or one itself."""


def checker_names() -> list[str]:
    """The embedded checker and those that are installed."""
    return ["rules", *sorted({point.name for point in entry_points(group=ENTRY_POINTS)})]


def make_checker(name: str) -> Checker:
    """The checker of a name.

    Args:
        name: ``rules``, an entry point, or ``module:object`` (for the command line: it imports
            what it names).

    Raises:
        InputError: there is none, or it is no checker.
    """
    if name == "rules":
        from summarizer_eval.claims import default_checker

        return default_checker()
    if ":" in name:
        return _made(imported(name, "--checker"), name)
    for point in entry_points(group=ENTRY_POINTS):
        if point.name == name:
            return _made(point.load(), name)
    raise InputError(
        f"no checker {name!r}",
        where="--checker",
        hint=f"one of {', '.join(checker_names())}, judge with a --model, or module:object",
    )


def _made(thing: Any, name: str) -> Checker:
    """A checker from an object or from the callable that makes one."""
    try:
        made = thing if not isinstance(thing, type) and _is_checker(thing) else thing()
    except TypeError as error:  # not callable, or it wants arguments
        raise InputError(f"{name!r} makes no checker ({error})", where="--checker") from error
    if not _is_checker(made):
        raise InputError(
            f"{name!r} is no checker",
            where="--checker",
            hint="it needs name, version and check(source, summary); see docs/judge.md",
        )
    checker: Checker = made
    return checker


def _is_checker(thing: Any) -> bool:
    named = isinstance(getattr(thing, "name", None), str)
    return (
        named
        and isinstance(getattr(thing, "version", None), str)
        and callable(getattr(thing, "check", None))
    )
