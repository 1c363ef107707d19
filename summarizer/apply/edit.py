"""What a file will hold: another summary, on request a provenance line, every other byte kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer.archive.headings import DEFAULT_HEADINGS, HeadingSet
from summarizer.archive.markdown import (
    encode,
    ours_of_conflicts,
    parse_markdown,
    splice_summary,
)
from summarizer.document import sha256_text
from summarizer.errors import ArchiveError

if TYPE_CHECKING:
    from summarizer.archive.markdown import ParsedMarkdown
    from summarizer.document import Document

__all__ = ["NeedsRepair", "edit_markdown", "edit_text", "source_changed", "summary_changed"]

# Headings of the document's own two levels, and what git marks conflicts with.
_BREAKING = re.compile(r"^(?: {0,3}#{1,2}(?=[ \t]|$)|<{7}|={7}\s*$|>{7}|\|{7})", re.MULTILINE)
_CHANGED = "changed since the run"
_CHANGED_HINT = "regenerate it, or apply with --force"


class NeedsRepair(ArchiveError):
    """The sections of a document are doubled, in conflict or missing."""


def edit_markdown(
    data: bytes,
    document: Document,
    summary: str,
    *,
    headings: HeadingSet = DEFAULT_HEADINGS,
    provenance: tuple[str, str] | None = None,
    repair: bool = False,
    force: bool = False,
    ours: bool = False,
) -> bytes:
    """A Markdown file with another summary.

    Args:
        data: the file as it is now.
        document: as the run saw it.
        summary: the new text.
        headings: what its sections are found by.
        provenance: key and value of a metadata line that names what made the summary.
        repair: also write documents with conflicts (resolved to git's *ours*), doubled summary
            sections (the last one stays) or none (one is made).
        force: also write where source or summary changed since the run.
        ours: the file holds what we wrote before, so its summary may differ from the run's.

    Raises:
        NeedsRepair: see `repair`.
        ArchiveError: the document is not to be written; says why and what to do.
    """
    parsed = parse_markdown(data, headings)
    if not force:
        _same_as_in_the_run(parsed, document, summary, ours=ours)
    if parsed.conflicts or parsed.doubled or parsed.summary is None:
        if not repair:
            raise NeedsRepair(_fault(parsed), hint="--repair writes it all the same")
        data = _repaired(data, headings)
        parsed = parse_markdown(data, headings)
    if match := _BREAKING.search(summary):
        raise ArchiveError(
            f"the new summary holds a heading or a conflict marker ({match[0].strip()[:20]!r})",
            hint="change the prompt and regenerate it",
        )
    try:
        changed = splice_summary(data, parsed, summary)
    except ValueError as error:
        raise ArchiveError(
            "its sections would not be found again with the new summary",
            hint="give the file the usual shape first",
        ) from error
    if provenance is not None:
        changed = _with_metadata(changed, headings, *provenance)
    return changed


def edit_text(data: bytes | None, summary: str) -> bytes:
    """A file that holds only a summary, with the white space around it kept."""
    old = data or b""
    left = len(old) - len(old.lstrip())
    body = old.strip()
    new = summary.replace("\n", "\r\n") if b"\r\n" in old else summary
    if not body:
        return encode(new + "\n")
    return old[:left] + encode(new) + old[left + len(body) :]


def _same_as_in_the_run(
    parsed: ParsedMarkdown, document: Document, summary: str, *, ours: bool
) -> None:
    source = parsed.text(parsed.source) if parsed.source else ""
    source_changed(document, source)
    stored = parsed.text(parsed.summary) if parsed.summary else None
    if not ours:
        summary_changed(document, stored, summary)


def source_changed(document: Document, source: str) -> None:
    """Refuse a source that is not the one of the run.

    Raises:
        ArchiveError: it is another.
    """
    if sha256_text(source) != document.source_sha256:
        raise ArchiveError(f"its source {_CHANGED}", hint=_CHANGED_HINT)


def summary_changed(document: Document, stored: str | None, summary: str) -> None:
    """Refuse a stored summary that is neither the one of the run nor the new one.

    Raises:
        ArchiveError: it is another.
    """
    now = None if stored is None else sha256_text(stored)
    if now != document.summary_sha256 and _folded(stored) != _folded(summary):
        raise ArchiveError(f"its summary {_CHANGED}", hint=_CHANGED_HINT)


def _folded(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _fault(parsed: ParsedMarkdown) -> str:
    if parsed.conflicts:
        return f"line {parsed.line_of(parsed.conflicts[0])} is a git conflict marker"
    if parsed.doubled:
        return f"line {parsed.line_of(parsed.doubled[0])} begins a second summary section"
    return "it has no summary section"


def _repaired(data: bytes, headings: HeadingSet) -> bytes:
    """One summary section, no conflict."""
    if parse_markdown(data, headings).conflicts:
        data = ours_of_conflicts(data)
    parsed = parse_markdown(data, headings)
    if parsed.doubled and parsed.summary:
        data = data[: parsed.summary_headings[0]] + data[parsed.summary.heading :]
        parsed = parse_markdown(data, headings)
    if parsed.summary is not None:
        return data
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    at = parsed.metadata_span.heading if parsed.metadata_span else len(data)
    before = data[:at].rstrip() + newline * 2
    return before + b"## " + encode(headings.summary[0]) + newline * 2 + data[at:]


def _with_metadata(data: bytes, headings: HeadingSet, key: str, value: str) -> bytes:
    """The file with a metadata line of this key; as it was where it has no metadata section."""
    parsed = parse_markdown(data, headings)
    span = parsed.metadata_span
    if span is None:
        return data
    line = encode(f"- **{key}**: {value}")
    body = data[span.start : span.end]
    old = re.search(
        rb"^[ \t]*[-*][ \t]+\*\*" + re.escape(encode(key)) + rb"\*\*[ \t]*[:\xef][^\r\n]*",
        body,
        re.MULTILINE,
    )
    if old:
        return data[: span.start + old.start()] + line + data[span.start + old.end() :]
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    last = span.start + len(body.rstrip())
    return data[:last] + newline + line + data[last:]
