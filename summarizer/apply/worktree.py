"""Which files of an archive git would not bring back: those with uncommitted changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["uncommitted"]


def uncommitted(root: Path) -> set[str]:
    """Paths below a root, relative to it, that differ from what is committed or are not tracked.

    Empty outside a git work tree, and where there is no git.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None:
        return set()
    listed = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--", ".")
    base = Path(top.decode("utf-8", "surrogateescape").rstrip("\n")).resolve()
    try:
        prefix = root.resolve().relative_to(base).as_posix()
    except ValueError:
        return set()
    names: set[str] = set()
    entries = iter((listed or b"").split(b"\0"))
    for entry in entries:
        if len(entry) < 4:
            continue
        names.add(entry[3:].decode("utf-8", "surrogateescape"))
        if entry[:1] in b"RC":  # a rename is followed by the old name
            next(entries, None)
    if prefix in ("", "."):
        return names
    return {name.removeprefix(prefix + "/") for name in names if name.startswith(prefix + "/")}


def _git(root: Path, *arguments: str) -> bytes | None:
    """Output of a git command, None where it fails. No program that the archive names is run."""
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=300)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
