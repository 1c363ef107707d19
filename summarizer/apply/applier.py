"""Decides for each summary of a run whether it is written, and writes it."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from summarizer.apply.edit import edit_markdown, edit_text, source_changed, summary_changed
from summarizer.apply.rows import check_row, json_lines, parquet_copy
from summarizer.apply.worktree import uncommitted
from summarizer.archive.headings import DEFAULT_HEADINGS, HeadingSet
from summarizer.archive.markdown import decode, encode
from summarizer.errors import ArchiveError, InputError
from summarizer.writeback import Journal, locked, read_file, replace_file, safe_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from summarizer.document import Document
    from summarizer.generation import Generation
    from summarizer.jsonlines import Json
    from summarizer.run import Run

__all__ = ["Applied", "Applier", "Candidate", "Options", "candidates"]

_ROWS = (".jsonl", ".ndjson", ".parquet")
_HTML = (".html", ".htm")
_BESIDE = (".summary.txt", ".summary.md", ".txt", ".md")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A summary that may be written, and the document that it is of."""

    run: Run
    document: Document
    generation: Generation | None
    sample: int = 0

    @property
    def summary(self) -> str:
        """The new text; empty where there is none."""
        return (self.generation.summary if self.generation else None) or ""


def candidates(run: Run, *, sample: int = 0) -> Iterator[Candidate]:
    """One candidate a document of a run: that of one sample, numbered from 0."""
    for _, group in groupby(run.results(), key=lambda pair: pair[0].id):
        pairs = list(group)
        document, generation = pairs[min(sample, len(pairs) - 1)]
        yield Candidate(run, document, generation if sample < len(pairs) else None, sample)


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one document."""

    candidate: Candidate
    action: str
    """``written``, ``unchanged`` (it holds the new text already), ``skipped`` (by a rule or a
    person) or ``refused`` (it cannot be written safely)."""
    reason: str = ""
    before: bytes | None = None
    after: bytes | None = None
    path: str = ""
    """The file written, relative to the archive or the target."""

    def to_json(self) -> Json:
        """A row of ``apply --json``."""
        return {
            "id": self.candidate.document.id,
            "path": self.path or self.candidate.document.path,
            "action": self.action,
            "reason": self.reason or None,
            "run": self.candidate.run.name,
            "sample": self.candidate.sample,
        }


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
            return Applied(candidate, "refused", _line(error), path=planned.path)
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
        reason = self._no_summary(candidate)
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
        except ArchiveError as error:
            return Applied(candidate, "refused", _line(error), path=path)
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

    def _no_summary(self, candidate: Candidate) -> str | None:
        generation = candidate.generation
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
        rows = _RowWriter(self, path, group, results.append)
        relative = f".summarizer-{secrets.token_hex(4)}.tmp"
        temporary = safe_path(self.target, relative) if not self.options.dry_run else None
        try:
            rows.copy(self.root, temporary)
            if temporary is not None and rows.written:
                self._place(path, temporary)
        except (ArchiveError, OSError) as error:
            reason = _line(error) if isinstance(error, ArchiveError) else str(error)
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


class _RowWriter:
    """Gives each row its new summary; candidates come in the order of the rows."""

    def __init__(
        self,
        applier: Applier,
        path: str,
        group: Iterator[Candidate],
        report: Callable[[Applied], None],
    ) -> None:
        self._applier, self._path, self._group, self._report = applier, path, group, report
        self._next = next(group, None)
        self.written = 0

    def copy(self, root: Path, target: Path | None) -> None:
        """Copy the file; None: only decide."""
        source = safe_path(root, self._path)
        if source.suffix.lower() == ".parquet":
            parquet_copy(source, target or Path(os.devnull), self._path, self._new)
        elif target is None:
            for _ in json_lines(source, self._path, self._new):
                pass
        else:
            with target.open("xb") as stream:
                stream.writelines(json_lines(source, self._path, self._new))
        while self._next is not None:
            self._done("refused", "the row is gone")

    def _new(self, name: str, row: Mapping[str, Any]) -> str | None:
        candidate = self._next
        if candidate is None or candidate.document.id != name:
            return None
        options = self._applier.options
        reason = self._applier._no_summary(candidate)
        if reason:
            return self._done("skipped", reason)
        summary = candidate.summary.strip()
        try:
            if not options.force:
                check_row(row, candidate.document, summary)
        except ArchiveError as error:
            return self._done("refused", _line(error))
        if reason := options.judge(candidate):
            return self._done("skipped", reason)
        if candidate.document.stored_summary == summary:
            return self._done("unchanged", "")
        change = Applied(
            candidate, "written", path=self._path,
            before=encode((candidate.document.stored_summary or "") + "\n"),
            after=encode(summary + "\n"),
        )  # fmt: skip
        if not options.confirm(change):
            return self._done("skipped", "not confirmed")
        self._report(change)
        self._next = next(self._group, None)
        self.written += 1
        return summary

    def _done(self, action: str, reason: str) -> None:
        assert self._next is not None
        self._report(Applied(self._next, action, reason, path=self._path))
        self._next = next(self._group, None)


def _line(error: ArchiveError) -> str:
    return error.what if error.hint is None else f"{error.what}; {error.hint}"
