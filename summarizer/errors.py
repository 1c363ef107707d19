"""The errors that a user can meet, and the exit code of each class.

    SummarizerError                      1  (never raised itself)
    ├── InputError                       3  a path, document, run or option that cannot be used
    │   ├── ArchiveError                 3  the archive or one document of it cannot be read
    │   ├── PromptError                  3  a template cannot be loaded or rendered
    │   ├── RunError                     3  a run directory is not one, is in use or does not match
    │   ├── ReplayMiss                   3  a recorded reply was asked for and is not there
    │   ├── SignatureMismatch            3  figures of unlike identities were to be compared
    │   └── MissingExtra                 3  an optional package is needed and absent
    ├── DocumentsFailed                  4  some documents failed for good; the run is saved
    ├── BudgetReached                    6  --max-cost or --deadline; the run is saved
    ├── EndpointUnusable                 7  wrong key, unknown model, wrong address
    └── Interrupted                    130  Ctrl-C; the run can be resumed
        └── Terminated                 143  SIGTERM; the run can be resumed

The gate's outcomes (0 pass, 1 regress, 5 inconclusive) are results, not errors. Exit code 2 is
click's own, for usage.

One error is one line: where it happened, what is wrong, what to do.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "ArchiveError",
    "BudgetReached",
    "DocumentsFailed",
    "EndpointUnusable",
    "InputError",
    "Interrupted",
    "MissingExtra",
    "PromptError",
    "ReplayMiss",
    "RunError",
    "SignatureMismatch",
    "SummarizerError",
    "Terminated",
    "worst_exit_code",
]

# Where several hold, the first of these is the exit code of the command.
_PRECEDENCE = (143, 130, 70, 7, 6, 3, 4, 1, 5, 0)


def worst_exit_code(*codes: int) -> int:
    """Of several exit codes that hold at once, the one that the command returns."""
    return min(codes, key=_PRECEDENCE.index, default=0)


class SummarizerError(Exception):
    """Base of all errors that are the user's to know of.

    Args:
        what: what is wrong, without a full stop.
        where: the file, option, document or endpoint concerned.
        hint: what to do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: object = None, hint: str | None = None) -> None:
        self.what = what
        self.where = None if where is None else str(where)
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        line = self.what if self.where is None else f"{self.where}: {self.what}"
        return line if self.hint is None else f"{line}; {self.hint}"


class InputError(SummarizerError):
    """Something that was given cannot be used."""

    exit_code = 3


class ArchiveError(InputError):
    """An archive, or one document of it, cannot be read or written."""


class PromptError(InputError):
    """A prompt template cannot be found, parsed or rendered."""


class RunError(InputError):
    """A run directory is not one, is in use, or holds another plan."""


class ReplayMiss(InputError):
    """No recorded reply for a request under ``--offline``."""


class SignatureMismatch(InputError):
    """Two figures were measured in unlike ways and must not be compared."""


class MissingExtra(InputError):
    """An optional package is needed and not installed."""

    def __init__(self, package: str, *, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package}, which is not installed",
            hint=f"pip install 'summarizer-toolkit[{extra}]'",
        )


class DocumentsFailed(SummarizerError):
    """Some documents failed for good; everything else is saved."""

    exit_code = 4


class BudgetReached(SummarizerError):
    """The cost or time limit was reached; everything so far is saved."""

    exit_code = 6


class EndpointUnusable(SummarizerError):
    """No request to this endpoint can succeed: nothing further was sent."""

    exit_code = 7


class Interrupted(SummarizerError):
    """The user or the system ended the command; the run can be resumed."""

    exit_code = 130


class Terminated(Interrupted):
    """The system ended the command; the run can be resumed."""

    exit_code = 143
