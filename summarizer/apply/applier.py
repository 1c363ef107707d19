"""Decides for each summary of a run whether it is written, and writes it."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from summarizer.apply.candidate import Applied, Candidate, one_line
from summarizer.apply.edit import (
    NeedsRepair,
    edit_markdown,
    edit_text,
    source_changed,
    summary_changed,
)
from summarizer.apply.rowfile import RowWriter
from summarizer.apply.worktree import uncommitted
from summarizer.archive.headings import DEFAULT_HEADINGS, HeadingSet
from summarizer.archive.markdown import decode
from summarizer.errors import ArchiveError, InputError
from summarizer.writeback import Journal, locked, read_file, replace_file, safe_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from summarizer.document import Document

__all__ = ["Applier", "Options"]

_ROWS = (".jsonl", ".ndjson", ".parquet")
_HTML = (".html", ".htm")
_BESIDE = (".summary.txt", ".summary.md", ".txt", ".md")


def _accept(candidate: Candidate) -> str | None:
    return None


def _confirm(applied: Applied) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Options:
    """How summaries are written."""

    to: Path | None = None
    """Write into this folder; None: in place."""
    dry_run: bool = False
    force: bool = False
    repair: bool = False
    all: bool = False
    """Also what was cut off, or made of a source that was cut."""
    allow_dirty: bool = False
    provenance: str | None = None
    """Key of a metadata line that names model and prompt; None: none."""
    headings: HeadingSet = DEFAULT_HEADINGS
    judge: Callable[[Candidate], str | None] = field(default=_accept)
    """Gives the reason why a summary is not to be written, None where it is."""
    confirm: Callable[[Applied], bool] = field(default=_confirm)
    """Asked before each write."""


class Applier:
    """Writes candidates, in the order of the archive, one file at a time.

    Args:
        root: of the archive.
        journal: what was written, for undo.
        options: see `Options`.

    Raises:
        InputError: the root is gone, or the target is the archive itself.
    """

    def __init__(self, root: Path, journal: Path, options: Options) -> None:
        if not root.is_dir():
            raise InputError("the archive is not there", where=root, hint="name it with --archive")
        self.root = root.resolve()
        self.options = options
        self.target = options.to.resolve() if options.to else self.root
        if options.to and self.target == self.root:
            raise InputError("is the archive itself", where=options.to, hint="use --in-place")
        self.journal = Journal(journal)

    def apply(self, work: Iterable[Candidate]) -> Iterator[Applied]:
        """Write what is to be written; gives what became of each, as it happens.

        Raises:
            ArchiveError: another process is writing to the archive, or files that would change
                have uncommitted changes; nothing was written then.
        """
        if self.options.to and not self.options.dry_run:
            self.target.mkdir(parents=True, exist_ok=True)
        lock = self.target if self.target.is_dir() and not self.options.dry_run else None
        with locked(lock) if lock else contextlib.nullcontext():
            if lock:
                self.journal.sweep()
            for path, group in groupby(work, key=lambda item: item.document.path):
                if PurePosixPath(path).suffix.lower() in _ROWS:
                    yield from self._apply_rows(path, group)
                else:
                    for candidate in group:
                        yield self._apply_one(candidate)

    def refuse_uncommitted(self, work: Iterable[Candidate]) -> None:
        """Refuse, before anything is written, files that git could not bring back.

        Files that hold what we wrote ourselves, and those that will not change, do not count.

        Raises:
            ArchiveError: there are such files; names the first.
        """
        if self.options.to or self.options.allow_dirty:
            return
        dirty = uncommitted(self.root)
        found: list[str] = []
        for candidate in work if dirty else ():
            if self._beside(candidate.document) not in dirty:
                continue
            planned = self._planned(candidate)
            ours = self.journal.holds_ours(self.root, planned.path, planned.before)
            if planned.action == "written" and planned.before is not None and not ours:
                found.append(planned.path)
        if found:
            more = f" and {len(found) - 1} more files" if len(found) > 1 else ""
            raise ArchiveError(
                f"has uncommitted changes{more}",
                where=found[0],
                hint="commit or stash them, or give --allow-dirty",
            )

    def _apply_one(self, candidate: Candidate) -> Applied:
        planned = self._planned(candidate)
        if planned.action != "written" or planned.after is None:
            return planned
        if not self.options.confirm(planned):
            return Applied(candidate, "skipped", "not confirmed", path=planned.path)
        if self.options.dry_run:
            return planned
        try:
            held = read_file(self.target, planned.path)
            if self.target == self.root and held != planned.before:
                raise ArchiveError("changed while it was being applied")
            self.journal.record(self.target, planned.path, held, planned.after)
            replace_file(self.target, planned.path, planned.after, mode=self._mode(candidate))
        except ArchiveError as error:
            return Applied(candidate, "refused", one_line(error), path=planned.path)
        return planned

    def _mode(self, candidate: Candidate) -> int | None:
        """A copy elsewhere has the permissions of its original."""
        if self.target == self.root:
            return None
        with contextlib.suppress(OSError):
            return (self.root / candidate.document.path).stat().st_mode & 0o777
        return None

    def _planned(self, candidate: Candidate) -> Applied:
        """What would become of a document; reads, does not write."""
        path = self._beside(candidate.document)
        reason = self.no_summary(candidate)
        if reason:
            return Applied(candidate, "skipped", reason, path=path)
        try:
            before = read_file(self.root, path)
            after = self._edited(candidate, path, before)
            there = before if self.target == self.root else read_file(self.target, path)
            if there == after:
                return Applied(candidate, "unchanged", path=path)
            if self.target != self.root:
                self._may_replace(path, there)
        except NeedsRepair as error:
            return Applied(candidate, "skipped", one_line(error), path=path)
        except ArchiveError as error:
            return Applied(candidate, "refused", one_line(error), path=path)
        reason = self.options.judge(candidate)
        if reason:
            return Applied(candidate, "skipped", reason, path=path)
        return Applied(candidate, "written", before=before, after=after, path=path)

    def _may_replace(self, path: str, there: bytes | None) -> None:
        known = there is None or self.journal.holds_ours(self.target, path, there)
        if not known and not self.options.force:
            raise ArchiveError(
                "another file stands there", where=self.target / path, hint="give --force"
            )

    def no_summary(self, candidate: Candidate) -> str | None:
        """Why there is nothing to write; None where there is."""
        generation = candidate.generation
        if candidate.unfit:
            return candidate.unfit
        if generation is None:
            return "there is no reply yet"
        if not candidate.summary.strip() or generation.status not in ("ok", "length"):
            return f"there is no summary: the reply was {generation.status}"
        if self.options.all:
            return None
        if generation.status == "length":
            return "the reply was cut off"
        if generation.cut is not None:
            return f"made of {generation.cut.kept} of the source's {generation.cut.of} tokens"
        return None

    def _beside(self, document: Document) -> str:
        """The file that holds a document's summary, relative to the root."""
        path = PurePosixPath(document.path)
        if path.suffix.lower() not in _HTML:
            return document.path
        for suffix in _BESIDE:
            name = path.with_name(path.stem + suffix)
            if (self.root / name).is_file():
                return str(name)
        return str(path.with_name(path.stem + _BESIDE[0]))

    def _edited(self, candidate: Candidate, path: str, before: bytes | None) -> bytes:
        document, summary = candidate.document, candidate.summary.strip()
        ours = self.journal.holds_ours(self.root, path, before)
        if path != document.path:
            if not self.options.force:
                source_changed(document, decode(read_file(self.root, document.path) or b""))
                if not ours:
                    summary_changed(document, None if before is None else decode(before), summary)
            return edit_text(before, summary)
        if before is None:
            raise ArchiveError("the file is gone", hint="regenerate without it")
        return edit_markdown(
            before,
            document,
            summary,
            headings=self.options.headings,
            provenance=self._provenance(candidate),
            repair=self.options.repair,
            force=self.options.force,
            ours=ours,
        )

    def _provenance(self, candidate: Candidate) -> tuple[str, str] | None:
        if self.options.provenance is None:
            return None
        info: Mapping[str, Any] = candidate.run.info["prompt"]
        value = f"{candidate.run.model} · {info['name']}@{str(info['sha256'])[:8]}"
        return self.options.provenance, " ".join(value.split())

    def _apply_rows(self, path: str, group: Iterator[Candidate]) -> Iterator[Applied]:
        """A file of rows, copied with its new summaries; the rows are merged as they stream by."""
        if self.target == self.root:
            for candidate in group:
                yield Applied(
                    candidate, "refused", "rows are not written in place; give --to DIR", path=path
                )
            return
        results: list[Applied] = []
        rows = RowWriter(self, path, group, results.append)
        relative = f".summarizer-{secrets.token_hex(4)}.tmp"
        temporary = safe_path(self.target, relative) if not self.options.dry_run else None
        try:
            rows.copy(self.root, temporary)
            if temporary is not None and rows.written:
                self._place(path, temporary)
        except (ArchiveError, OSError) as error:
            reason = one_line(error) if isinstance(error, ArchiveError) else str(error)
            results = [Applied(item.candidate, "refused", reason, path=path) for item in results]
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        yield from results

    def _place(self, path: str, temporary: Path) -> None:
        """Put a finished copy where it belongs."""
        data = temporary.read_bytes()
        there = read_file(self.target, path)
        if there == data:
            return
        self._may_replace(path, there)
        self.journal.record(self.target, path, there, data)
        replace_file(self.target, path, data)
