"""What people chose: bare ids, ``{id, decision}`` rows, or labels of ``label`` and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from summarizer.document import normalized_id
from summarizer.errors import InputError
from summarizer.jsonlines import parse_line

if TYPE_CHECKING:
    from pathlib import Path

    from summarizer.apply import Candidate
    from summarizer.jsonlines import Json

__all__ = ["Decisions"]


class Decisions:
    """Documents and whether their new summaries are wanted; what is not named is not.

    Raises:
        InputError: the file cannot be read, or a line decides nothing; names the line.
    """

    def __init__(self, path: Path) -> None:
        self._wanted: dict[str, bool | str | None] = {}
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(getattr(error, "strerror", None) or str(error), where=path) from error
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            if not line.lstrip().startswith("{"):
                self._wanted[normalized_id(line.strip())] = True
                continue
            where = f"{path}:{number}"
            row = parse_line(line, where=where)
            name = row.get("id") or row.get("document") or row.get("path")
            if not isinstance(name, str):
                raise InputError("names no document", where=where, hint="give it an id")
            self._wanted[normalized_id(name)] = _decision(row, where)

    def __call__(self, candidate: Candidate) -> str | None:
        """Why the summary is not to be written; None where it is."""
        names = (candidate.document.id, normalized_id(candidate.document.path))
        found = next((name for name in names if name in self._wanted), None)
        if found is None:
            return "no decision was made"
        wanted = self._wanted[found]
        if wanted is True:
            return None
        if isinstance(wanted, str) and wanted == candidate.run.name:
            return None
        return "it was decided against"


def _decision(row: Json, where: str) -> bool | str | None:
    """True or False; or the name of the run that was preferred, None for a tie."""
    if "choice" in row:
        choice = row["choice"]
        if choice not in ("a", "b", "tie"):
            raise InputError(f"no such choice {choice!r}", where=where, hint="a, b or tie")
        return None if choice == "tie" else str(row.get(choice))
    decision = row.get("decision", row.get("apply", True))
    if decision in ("apply", "skip"):
        return bool(decision == "apply")
    if isinstance(decision, bool):
        return decision
    raise InputError(f"no such decision {decision!r}", where=where, hint="apply or skip")
