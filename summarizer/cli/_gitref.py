"""Templates as another commit has them."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from summarizer.errors import InputError

if TYPE_CHECKING:
    from summarizer.prompt import Prompt
    from summarizer_eval.suites import Suite

__all__ = ["path_in_repository", "prompt_at", "recorded_at", "template_at"]


def template_at(folder: Path, file: str, ref: str, *, merge_base: bool = True) -> Path | None:
    """A copy of a template, with the others of its folder, as another commit has it.

    Args:
        folder: in a git work tree.
        file: the template, relative to the folder.
        ref: branch, tag or commit.
        merge_base: take the merge base with the ref, not the ref itself.

    Returns:
        Its path in a temporary folder; None where the file was not there.

    Raises:
        InputError: there is no git, or no such ref.
    """
    if ref.startswith("-"):
        raise InputError("is no ref", where=ref)
    if merge_base:
        base = _git(folder, "merge-base", "HEAD", ref)
    else:
        base = _git(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
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
    copies = _temporary()
    for name in names:
        data = _git(folder, "show", f"{commit}:./{name}")
        (copies / PurePosixPath(name).name).write_bytes(data or b"")
    return copies / PurePosixPath(file).name


def prompt_at(name: str, folders: list[str]) -> Prompt:
    """The prompt of ``NAME@REF``: its template as a commit has it, under that whole name.

    Raises:
        InputError: the template is in no git work tree, or was not there.
    """
    from dataclasses import replace

    from summarizer.prompt import Prompt

    plain, _, ref = name.rpartition("@")
    path = Prompt.load(plain, folders=folders).path
    folder = path.resolve().parent if path else Path.cwd()
    top = _git(folder, "rev-parse", "--show-toplevel")
    if path is None or top is None:
        raise InputError("is in no git work tree", where=name)
    root = Path(top.decode().rstrip("\n"))
    file = path.resolve().relative_to(root.resolve()).as_posix()
    old = template_at(root, file, ref, merge_base=False)
    if old is None:
        raise InputError(f"{file} is not there at {ref}", where=name)
    return replace(Prompt.load(old), name=name)


def recorded_at(suite: Suite, ref: str, offline: str | None) -> str | Path | None:
    """The replies that answer the merge base's prompts offline: those that it had recorded.

    Args:
        suite: whose replies they are.
        ref: the merge base with it is taken.
        offline: of the command line; a file that was named there, or none, stays.
    """
    from summarizer.cli._suites import OF_SUITE

    if offline != OF_SUITE:
        return offline
    base = _git(suite.folder, "merge-base", "HEAD", ref)
    try:
        file = suite.replies_path.resolve().relative_to(suite.folder.resolve()).as_posix()
    except ValueError:
        return offline
    commit = (base or b"").decode().strip()
    data = _git(suite.folder, "show", f"{commit}:./{file}") if commit else None
    if data is None:
        return offline  # not recorded there yet: what is recorded now may hold both
    copy = _temporary() / "replies.jsonl"
    copy.write_bytes(data)
    return copy


def path_in_repository(folder: Path) -> str:
    """Of a folder, with a slash at its end; empty at the top, and outside of git."""
    prefix = _git(folder, "rev-parse", "--show-prefix")
    return (prefix or b"").decode("utf-8", "surrogateescape").strip("\n")


def _temporary() -> Path:
    """A folder that is gone when the command ends."""
    folder = Path(tempfile.mkdtemp(prefix="summarizer-ref-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _git(folder: Path, *arguments: str) -> bytes | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
