"""Reads an archive as a stream of documents.

What cannot be read is reported to `on_skip` and never ends the stream; what has no document's
shape (a digest, a README, notes) is skipped and counted. Paths are walked in sorted order, so the
same archive gives the same stream.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from summarizer.archive.headings import DEFAULT_HEADINGS, HeadingSet
from summarizer.archive.markdown import decode, ours_of_conflicts, parse_markdown
from summarizer.archive.problems import content_problems, problem, structure_problems
from summarizer.archive.rows import read_json_rows, read_parquet_rows, row_document
from summarizer.archive.survey import Survey
from summarizer.document import Document, normalized_id, sha256_text
from summarizer.errors import ArchiveError, InputError
from summarizer.markup import extract_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from summarizer.selection import Selection

__all__ = ["Skipped", "common_root", "find_root", "markdown_document", "read_archive"]

_MARKDOWN = (".md", ".markdown")
_ROWS = (".jsonl", ".ndjson", ".parquet")
_HTML = (".html", ".htm")
_SUMMARY_SUFFIXES = (".summary.txt", ".summary.md", ".txt", ".md")
# A larger file is no archived post; reading it whole would break the promise on memory.
_LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or row that gave no document."""

    path: str
    code: Literal["not-a-document", "unreadable"]
    reason: str


def find_root(path: Path) -> Path:
    """The nearest parent that holds ``summarizer.toml`` or ``.git``, else the folder itself."""
    start = path.resolve()
    folder = start if start.is_dir() else start.parent
    for parent in (folder, *folder.parents):
        if (parent / "summarizer.toml").exists() or (parent / ".git").exists():
            return parent
    return folder


def read_archive(
    paths: Iterable[str | Path] | str | Path,
    *,
    root: str | Path | None = None,
    headings: HeadingSet = DEFAULT_HEADINGS,
    select: Selection | None = None,
    archive_wide: bool = True,
    expected_language: str | None = None,
    on_skip: Callable[[Skipped], None] | None = None,
) -> Iterator[Document]:
    """The documents of files and folders, streamed in sorted order.

    Args:
        paths: Markdown, JSON Lines, Parquet or HTML files, or folders of them.
        root: what ids are relative to; else see `find_root`.
        headings: section headings of Markdown files.
        select: which documents to keep; problems are found before it chooses.
        archive_wide: look for what only the whole archive shows (repeated summaries and URLs, the
            summaries' language), by a first pass over all files.
        expected_language: ``zh`` or ``en``; None takes the language of most summaries.
        on_skip: told of each file or row that gives no document.

    Raises:
        ArchiveError: a path does not exist, or two documents have one id.

    >>> from summarizer import read_archive
    >>> documents = list(read_archive("examples/archive"))
    >>> len(documents) > 20
    True
    """
    if isinstance(paths, (str, Path)):
        paths = [paths]
    targets = [Path(path) for path in paths]
    for target in targets:
        if not target.exists():
            raise ArchiveError("no such file or folder", where=target)
    base = Path(root).resolve() if root is not None else common_root(targets)
    source = _Source(targets, base, headings)
    documents = (
        _surveyed(source, expected_language, on_skip) if archive_wide else source.documents(on_skip)
    )
    yield from documents if select is None else select.choose(documents)


def _surveyed(
    source: _Source, expected_language: str | None, on_skip: Callable[[Skipped], None] | None
) -> Iterator[Document]:
    with Survey() as survey:
        for document in source.documents(on_skip):
            survey.add(document)
        survey.finish()
        for document in survey.documents():
            yield survey.judge(document, expected_language)


def common_root(targets: list[Path]) -> Path:
    """What the ids of several files and folders are relative to; see `find_root`."""
    roots = {find_root(target) for target in targets}
    if len(roots) == 1:
        return roots.pop()
    return Path(os.path.commonpath(sorted(roots))) if roots else Path.cwd()


@dataclass(frozen=True, slots=True)
class _Source:
    targets: list[Path]
    root: Path
    headings: HeadingSet

    def documents(self, on_skip: Callable[[Skipped], None] | None) -> Iterator[Document]:
        """All documents; what gives none goes to `on_skip`."""
        seen: set[Path] = set()
        for target in self.targets:
            for path in _files(target):
                if len(self.targets) > 1:
                    absolute = path.resolve()
                    if absolute in seen:
                        continue
                    seen.add(absolute)
                try:
                    yield from self._read(path, on_skip)
                except (ArchiveError, OSError) as error:
                    if on_skip:
                        reason = getattr(error, "what", None) or str(error)
                        on_skip(Skipped(self._relative(path), "unreadable", reason))

    def _relative(self, path: Path) -> str:
        absolute = path if path.is_absolute() else Path.cwd() / path
        try:
            return absolute.relative_to(self.root).as_posix()
        except ValueError:
            return Path(os.path.relpath(absolute.resolve(), self.root)).as_posix()

    def _read(self, path: Path, on_skip: Callable[[Skipped], None] | None) -> Iterator[Document]:
        suffix = path.suffix.lower()
        relative = self._relative(path)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            raise ArchiveError("is no regular file", where=path)
        if suffix in _ROWS:
            yield from self._rows(path, relative, on_skip)
            return
        if status.st_size > _LARGEST_FILE:
            raise ArchiveError("is larger than 64 MiB", where=path)
        if suffix in _HTML:
            yield _html_document(path, relative)
            return
        document = markdown_document(path.read_bytes(), path=relative, headings=self.headings)
        if document is not None:
            yield document
        elif on_skip:
            on_skip(Skipped(relative, "not-a-document", "holds none of the section headings"))

    def _rows(
        self, path: Path, relative: str, on_skip: Callable[[Skipped], None] | None
    ) -> Iterator[Document]:
        read = read_parquet_rows if path.suffix.lower() == ".parquet" else read_json_rows
        for number, row in read(path):
            try:
                if isinstance(row, InputError):
                    raise row
                yield row_document(row, number=number, path=relative)
            except InputError as error:
                if on_skip:
                    on_skip(Skipped(f"{relative}#{number}", "unreadable", error.what))


def _files(target: Path) -> Iterator[Path]:
    """The files below a target in sorted order; hidden ones and symbolic links to folders not."""
    if not target.is_dir():
        yield target
        return
    for folder, folders, names in os.walk(target):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        present = set(names)
        for name in sorted(names):
            path = Path(folder) / name
            suffix = path.suffix.lower()
            if name.startswith(".") or suffix not in (*_MARKDOWN, *_ROWS, *_HTML):
                continue
            if suffix in _MARKDOWN and _is_summary_of_html(name, present):
                continue
            yield path


def _is_summary_of_html(name: str, present: set[str]) -> bool:
    stem = name.removesuffix(".md").removesuffix(".summary")
    return any(stem + suffix in present for suffix in _HTML)


def markdown_document(
    data: bytes, *, path: str, headings: HeadingSet = DEFAULT_HEADINGS
) -> Document | None:
    """A Markdown file as a document, or None where it has no document's shape."""
    parsed = parse_markdown(data, headings)
    if parsed.summary is None and parsed.source is None:
        return None
    if (parsed.source is None or parsed.summary is None) and not parsed.url:
        return None
    clean = parse_markdown(ours_of_conflicts(data), headings) if parsed.conflicts else parsed
    source = clean.text(clean.source) if clean.source else ""
    summary = clean.text(clean.summary).strip() if clean.summary else None
    extracted = extract_text(source)
    lines = parsed.lines()
    found = list(structure_problems(parsed))
    found.extend(
        content_problems(
            source=source,
            source_text=extracted.text if parsed.source else None,
            summary=summary,
            url=parsed.url,
            path=path,
            metadata=parsed.metadata,
            links=[link.text for link in extracted.links],
            lines=lines,
        )
    )
    return Document(
        id=normalized_id(path),
        path=path,
        url=parsed.url,
        title=parsed.title,
        metadata=parsed.metadata,
        source=source,
        source_text=extracted.text,
        stored_summary=summary,
        source_sha256=sha256_text(parsed.text(parsed.source)) if parsed.source else sha256_text(""),
        summary_sha256=sha256_text(parsed.text(parsed.summary)) if parsed.summary else None,
        problems=tuple(found),
        links=extracted.links,
        lines=lines,
    )


def _html_document(path: Path, relative: str) -> Document:
    """An HTML file with its summary beside it (``x.summary.txt``, ``x.txt``, ``x.md``)."""
    source = decode(path.read_bytes())
    extracted = extract_text(source)
    summary = None
    for suffix in _SUMMARY_SUFFIXES:
        beside = path.with_name(path.stem + suffix)
        if beside.is_file():
            summary = decode(beside.read_bytes())
            break
    lines = {"source": 1, "summary": 1}
    found = list(
        content_problems(
            source=source,
            source_text=extracted.text,
            summary=summary,
            url=None,
            path=relative,
            metadata={},
            lines=lines,
            links=[link.text for link in extracted.links],
        )
    )
    if summary is None:
        found.append(problem("summary-missing", 1))
    return Document(
        id=normalized_id(relative),
        path=relative,
        url=None,
        title=path.stem,
        metadata={},
        source=source,
        source_text=extracted.text,
        stored_summary=None if summary is None else summary.strip(),
        source_sha256=sha256_text(source),
        summary_sha256=None if summary is None else sha256_text(summary),
        problems=tuple(found),
        links=extracted.links,
        lines=lines,
    )
