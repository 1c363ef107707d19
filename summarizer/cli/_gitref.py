"""Templates as another commit has them."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path, PurePosixPath

from summarizer.errors import InputError

__all__ = ["template_at"]


def template_at(folder: Path, file: str, ref: str) -> Path | None:
    """A copy of a template, with the others of its folder, as the merge base with a ref has it.

    Args:
        folder: in a git work tree.
        file: the template, relative to the folder.
        ref: branch, tag or commit.

    Returns:
        Its path in a temporary folder; None where the file was not there.

    Raises:
        InputError: there is no git, or no such ref.
    """
    if ref.startswith("-"):
        raise InputError("is no ref", where=ref)
    base = _git(folder, "merge-base", "HEAD", ref)
    if base is None:
        raise InputError(
            "git knows no such ref here", where=ref, hint="fetch it (CI: fetch-depth: 0)"
        )
    commit = base.decode().strip()
    parent = PurePosixPath(file).parent
    listed = _git(folder, "ls-tree", "-z", "--name-only", commit, f"./{parent}/")
    names = [name.decode() for name in (listed or b"").split(b"\0") if name.endswith(b".j2")]
    if file not in {str(PurePosixPath(name)) for name in names}:
        return None
    copies = Path(tempfile.mkdtemp(prefix="summarizer-ref-"))
    for name in names:
        data = _git(folder, "show", f"{commit}:./{name}")
        (copies / PurePosixPath(name).name).write_bytes(data or b"")
    return copies / PurePosixPath(file).name


def _git(folder: Path, *arguments: str) -> bytes | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
