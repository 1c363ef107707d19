"""How to make and measure the same again, as commands; names no folder outside an archive."""

from __future__ import annotations

import os
import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from summarizer.jsonlines import Json
    from summarizer.run import Run

__all__ = ["commands"]


def commands(runs: Sequence[Run]) -> list[str]:
    """One ``regenerate`` a run, then what measures them together.

    Runs are named as they were given where that is a relative path; a page that is handed on
    should not tell where things stand on this machine.
    """
    names = " ".join(shlex.quote(_name(run)) for run in runs)
    found = [line for run in runs if (line := _regenerate(run))]
    found.append(f"summarizer score {names}")
    if len(runs) > 1:
        found.append(f"summarizer compare {names}")
    return [*found, f"summarizer report {names} --out report.html"]


def _name(run: Run) -> str:
    path = Path(os.path.relpath(run.path)) if run.path.is_absolute() else run.path
    return run.name if ".." in path.parts else path.as_posix()


def _regenerate(run: Run) -> str | None:
    """The command that asks for the same summaries; None where a run was not asked for so."""
    info: Any = run.info
    prompt, model = info.get("prompt") or {}, info.get("model") or {}
    if not prompt.get("name") or not model.get("spec") or "archive" not in info:
        return None
    archive = info["archive"] or {}
    words = ["summarizer", "regenerate", *_paths(archive)]
    words += ["--prompt", prompt["name"], "--model", _spec(model["spec"])]
    for term in archive.get("select") or ():
        words += ["--select", str(term)]
    if archive.get("random"):
        words += ["--random", str(archive["random"]), "--seed", str(archive.get("seed") or 0)]
    if archive.get("limit"):
        words += ["--limit", str(archive["limit"])]
    if (info.get("samples") or 1) > 1:
        words += ["--samples", str(info["samples"])]
    return shlex.join([*words, "--out", _name(run)])


def _paths(archive: Json) -> list[str]:
    """What was read, relative to the archive's root."""
    root = PurePosixPath(str(archive.get("root") or "/"))
    found = []
    for path in archive.get("paths") or ():
        place = PurePosixPath(str(path))
        inside = place.is_relative_to(root) and place != root
        found.append(str(place.relative_to(root)) if inside else "ARCHIVE")
    return found or ["ARCHIVE"]


def _spec(spec: str) -> str:
    """A model as it was named; of a file of replies, its name alone."""
    kind, _, name = spec.partition(":")
    return f"{kind}:{PurePosixPath(name).name}" if kind == "replay" else spec
