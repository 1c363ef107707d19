"""Replaces files of an archive so that each is either old or new, whole, and can be brought back.

Guarantee: a file is written beside the old one, forced to disk and renamed over it, with its mode
kept; ``kill -9`` leaves the old file or the new one, and at worst a hidden temporary file that the
next writer removes. What a file held is in the journal before the file changes. One writer an
archive: a second one is refused. Nothing is written outside the root or through a symbolic link.

Accepted: the owner and times of a file are those of a new file; extended attributes are lost.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
import stat
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from summarizer.errors import ArchiveError, InputError
from summarizer.jsonlines import Json, dump_line

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Journal", "Undone", "locked", "read_file", "replace_file", "safe_path", "undo"]

JOURNAL_SCHEMA = 1
_TEMPORARY = ".summarizer-"


def sha256_bytes(data: bytes | None) -> str | None:
    """Hex SHA-256 of a file's bytes; None of a file that is not there."""
    return None if data is None else hashlib.sha256(data).hexdigest()


def safe_path(root: Path, relative: str) -> Path:
    """The place of a relative path below a root.

    Raises:
        ArchiveError: it leads out of the root, or through a symbolic link.
    """
    parts = PurePosixPath(relative).parts
    if not parts or PurePosixPath(relative).is_absolute() or ".." in parts:
        raise ArchiveError("leads out of the archive", where=relative)
    path = root
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise ArchiveError("is a symbolic link, which is not written through", where=path)
    return path


def read_file(root: Path, relative: str) -> bytes | None:
    """The bytes of a file below a root, None where there is none.

    Raises:
        ArchiveError: see `safe_path`; or it cannot be read.
    """
    path = safe_path(root, relative)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArchiveError(error.strerror or str(error), where=path) from error


def replace_file(root: Path, relative: str, data: bytes, *, mode: int | None = None) -> None:
    """Write a file whole: whoever reads it meets the old bytes or the new ones.

    Args:
        root: of the archive; nothing above it is touched.
        relative: the file; its folder is made where it is missing.
        data: its new bytes.
        mode: permissions; None keeps those of the file that is there.

    Raises:
        ArchiveError: see `safe_path`; or it cannot be written.
    """
    path = safe_path(root, relative)
    temporary = path.with_name(f"{_TEMPORARY}{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode is None and path.exists():
            mode = stat.S_IMODE(path.stat().st_mode)
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            if mode is not None:
                temporary.chmod(mode)
            os.fsync(stream.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise ArchiveError(error.strerror or str(error), where=path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; file systems and systems that cannot are passed over."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold an archive for this process; no file is made, and the lock goes with the process.

    Raises:
        ArchiveError: another process is writing to it.
    """
    try:
        import fcntl
    except ImportError:  # Windows: best effort
        yield
        return
    try:
        descriptor = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise ArchiveError(error.strerror or str(error), where=root) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise ArchiveError(
            "another process is writing to this archive", where=root, hint="wait for it to end"
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the journal: what a file held, and what we were about to write."""

    root: str
    path: str
    before: bytes | None
    """None where there was no file."""
    before_sha256: str | None
    after_sha256: str

    def to_json(self) -> Json:
        """The line as it stands in the journal."""
        packed = None if self.before is None else base64.b64encode(zlib.compress(self.before))
        return {
            "schema": JOURNAL_SCHEMA,
            "action": "write",
            "root": self.root,
            "path": self.path,
            "before": None if packed is None else packed.decode("ascii"),
            "before_sha256": self.before_sha256,
            "after_sha256": self.after_sha256,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }

    @classmethod
    def from_json(cls, row: Json) -> Written:
        """The inverse of `to_json`."""
        before = row["before"]
        return cls(
            row["root"],
            row["path"],
            None if before is None else zlib.decompress(base64.b64decode(before)),
            row["before_sha256"],
            row["after_sha256"],
        )


class Journal:
    """What was written where: ``applied.jsonl`` beside a run.

    Args:
        path: the file; it is made with the first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ours: set[tuple[str, str, str]] = set()
        if path.exists():
            self._ours = {(w.root, w.path, w.after_sha256) for _, w in self.pending()}

    def holds_ours(self, root: Path, relative: str, data: bytes | None) -> bool:
        """Whether a file holds exactly what we wrote into it before."""
        return (str(root), relative, sha256_bytes(data) or "") in self._ours

    def record(self, root: Path, relative: str, before: bytes | None, after: bytes) -> None:
        """Note what a file holds, durably, before it is replaced."""
        entry = Written(
            str(root), relative, before, sha256_bytes(before), sha256_bytes(after) or ""
        )
        self._append(entry.to_json())
        self._ours.add((entry.root, entry.path, entry.after_sha256))

    def record_undo(self, place: int) -> None:
        """Note that the write at a place of the file was taken back."""
        self._append({"schema": JOURNAL_SCHEMA, "action": "undo", "of": place})

    def sweep(self) -> None:
        """Remove what a killed process left beside the one file that it was writing."""
        if not self.path.exists():
            return
        last: Json | None = None
        for _, row in _whole_rows(self.path):
            last = row if row["action"] == "write" else last
        if last is None:
            return
        with contextlib.suppress(ArchiveError, OSError):
            folder = safe_path(Path(last["root"]), last["path"]).parent
            for left in folder.glob(f"{_TEMPORARY}*.tmp"):
                left.unlink(missing_ok=True)

    def _append(self, row: Json) -> None:
        torn = not _ends_whole(self.path)
        with self.path.open("ab") as stream:
            stream.write((b"\n" if torn else b"") + dump_line(row))
            stream.flush()
            os.fsync(stream.fileno())

    def pending(self) -> Iterator[tuple[int, Written]]:
        """The writes that were not taken back, with their places in the file, oldest first.

        Raises:
            InputError: there is no journal, or it is of a newer version.
        """
        taken_back = {row["of"] for _, row in _whole_rows(self.path) if row["action"] == "undo"}
        for place, row in _whole_rows(self.path):
            if row["action"] == "write" and place not in taken_back:
                yield place, Written.from_json(row)

    def read(self, place: int) -> Written:
        """The write that stands at a place of the file."""
        with self.path.open("rb") as stream:
            stream.seek(place)
            return Written.from_json(json.loads(stream.readline()))


def _ends_whole(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            if stream.seek(0, os.SEEK_END) == 0:
                return True
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) == b"\n"
    except FileNotFoundError:
        return True


def _whole_rows(path: Path) -> Iterator[tuple[int, Json]]:
    """Rows with their byte offsets; a line torn by a crash was never acted upon."""
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise InputError("nothing was applied from here", where=path.parent) from error
    except OSError as error:
        raise InputError(error.strerror or str(error), where=path) from error
    place = 0
    with stream:
        for line in stream:
            with contextlib.suppress(ValueError):
                row = json.loads(line)
                if row.get("schema", 0) > JOURNAL_SCHEMA:
                    raise InputError(
                        "was written by a newer version",
                        where=path,
                        hint="upgrade summarizer-toolkit",
                    )
                yield place, row
            place += len(line)


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of one write."""

    path: str
    action: str
    """``restored``, ``removed`` (there was no such file before), ``unchanged`` or ``kept``."""
    reason: str = ""
    before: bytes | None = None
    """What the file held until now."""
    after: bytes | None = None
    """What it holds again; None where it was removed."""


def undo(journal: Journal, *, dry_run: bool = False) -> Iterator[Undone]:
    """Bring back the exact bytes of the files that still hold what we wrote; newest first.

    Raises:
        InputError: there is no journal.
        ArchiveError: a root is gone, or another process is writing to it.
    """
    entries = [(written.root, place) for place, written in journal.pending()]
    with contextlib.ExitStack() as stack:
        for root in dict.fromkeys(root for root, _ in entries):
            if not Path(root).is_dir():
                raise ArchiveError("the archive is no longer there", where=root)
            stack.enter_context(locked(Path(root)))
        if not dry_run:
            journal.sweep()
        shown: dict[tuple[str, str], bytes | None] = {}  # a dry run: what would stand by now
        for _, place in reversed(entries):
            written = journal.read(place)
            key = (written.root, written.path)
            try:
                held = shown[key] if key in shown else read_file(Path(written.root), written.path)
                undone = _undone(written, held)
                if dry_run:
                    if undone.action in ("restored", "removed"):
                        shown[key] = undone.after
                else:
                    _take_back(journal, place, written, undone)
            except ArchiveError as error:
                undone = Undone(written.path, "kept", error.what)
            yield undone


def _undone(written: Written, held: bytes | None) -> Undone:
    now = sha256_bytes(held)
    if now == written.before_sha256:  # never written: we were ended between journal and rename
        return Undone(written.path, "unchanged", "holds the old text already")
    if now != written.after_sha256:
        return Undone(written.path, "kept", "was changed since it was written")
    if written.before_sha256 is None:
        return Undone(written.path, "removed", before=held)
    return Undone(written.path, "restored", before=held, after=written.before)


def _take_back(journal: Journal, place: int, written: Written, undone: Undone) -> None:
    root = Path(written.root)
    if undone.action == "restored" and undone.after is not None:
        replace_file(root, written.path, undone.after)
    elif undone.action == "removed":
        safe_path(root, written.path).unlink(missing_ok=True)
    if undone.action != "kept":
        journal.record_undo(place)
