"""What is wrong with one document, as far as the document alone can show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer.document import Problem, canonical_url, main_language
from summarizer.markup import looks_like_html
from summarizer.similarity import containment, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from summarizer.archive.markdown import ParsedMarkdown

__all__ = ["PROBLEMS", "content_problems", "language_problem", "length_note", "structure_problems"]

PROBLEMS: dict[str, str] = {
    "conflict-markers": "git conflict markers stand in the file: resolve the conflict",
    "title-missing": "there is no `# title` line: add one",
    "url-missing": "there is no `**URL**:` line: add it, or the text alone identifies the source",
    "source-missing": "there is no source section: nothing can be summarized or checked",
    "source-empty": "the source section is empty: nothing can be summarized or checked",
    "source-only-link": "the source is only a link or a video: its text was not archived",
    "summary-missing": "there is no summary section: regenerate it",
    "summary-empty": "the summary section is empty: regenerate it",
    "summary-doubled": "there is more than one summary section: keep one, or apply with --repair",
    "summary-conflict": "the summary stands in a git conflict: resolve it, or apply with --repair",
    "summary-boilerplate": "the same summary stands under unrelated sources: regenerate it",
    "summary-length-note": "the note of its own length at the end is untrue: remove it",
    "summary-html": "HTML is left in the summary: regenerate it",
    "summary-language": "the summary is not in the language asked for: regenerate it",
    "summary-copy": "the summary copies the source instead of summarizing it: regenerate it",
    "metadata-missing": "there is no metadata section: add one",
    "metadata-source": "the metadata name another kind of source than the URL: correct them",
    "metadata-date": "the metadata's date does not match the folder: correct one of them",
    "url-repeated": "the same URL stands in several files: they count as one source",
}

_LENGTH_NOTE = re.compile(
    r"[（(\[【]\s*"
    r"(?:(?:全文|全篇|本文|总计|合计|共计|共|约|字数|总字数|word count)\s*[:：]?\s*){0,2}"
    r"(\d{1,5})\s*(?:个?字符?|字左右|词|words?|characters?)\s*[)）\]】]\s*[。.]?\s*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_LINK_WORDS = re.compile(
    r"网页链接|视频链接|微博视频|的微博视频|查看图片|全文|转发微博|分享图片|分享视频|link|video|watch"
    r"|click here|here|https?",
    re.IGNORECASE,
)
_FOLDER_DATE = re.compile(r"(?:^|/)(\d{4}-\d{2}-\d{2})(?=/|$)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SOURCE_KINDS = {
    "arxiv": ("arxiv.org",),
    "weibo": ("weibo.com",),
    "微博": ("weibo.com",),
    "github": ("github.com",),
    "huggingface": ("huggingface.co", "hf.co"),
}
# A text of more characters than this beside its addresses says something.
_LONGEST_LINK_TEXT = 400
# Fewer letters than this beside links say nothing.
_FEWEST_CHARACTERS = 6
_MEDIA = re.compile(r"<(?:a|audio|embed|iframe|img|object|video)[\s>]", re.IGNORECASE)
# A note within this share of the true length is rounding, not an untruth.
_NOTE_TOLERANCE = 0.1


def problem(code: str, line: int | None = None, detail: str = "") -> Problem:
    """A problem of a known code; the detail goes before the advice."""
    text = PROBLEMS[code]
    return Problem(code, f"{detail}: {text}" if detail else text, line)


def structure_problems(parsed: ParsedMarkdown) -> Iterator[Problem]:
    """Missing, empty and doubled sections, and conflict markers, with their lines."""
    if parsed.conflicts:
        yield problem("conflict-markers", parsed.line_of(parsed.conflicts[0]))
    if not parsed.title:
        yield problem("title-missing", 1)
    if not parsed.url:
        yield problem("url-missing", 1)
    if parsed.source is None:
        yield problem("source-missing", 1)
    if parsed.summary is None:
        yield problem("summary-missing", 1)
    else:
        line = parsed.line_of(parsed.summary.heading)
        start, end = parsed.summary.start, parsed.summary.end
        leaks = any(start <= offset < end for offset in parsed.conflicts)
        if leaks or (parsed.doubled and parsed.conflicts):
            yield problem("summary-conflict", line)
    for offset in parsed.doubled:
        yield problem("summary-doubled", parsed.line_of(offset))
    if parsed.metadata_span is None:
        yield problem("metadata-missing", 1)


def content_problems(
    *,
    source: str,
    source_text: str | None,
    summary: str | None,
    url: str | None,
    path: str,
    metadata: Mapping[str, str],
    links: Iterable[str] = (),
    lines: Mapping[str, int],
) -> Iterator[Problem]:
    """What source, summary and metadata show, whatever format they came from."""
    if source_text is not None:
        if _only_link(source_text, source, links):
            yield problem("source-only-link", lines.get("source"))
        elif not source_text.strip():
            yield problem("source-empty", lines.get("source"))
    if summary is not None:
        if not summary.strip():
            yield problem("summary-empty", lines.get("summary"))
        else:
            yield from _summary_problems(summary, source_text or "", lines.get("summary"))
    yield from _metadata_problems(url, path, metadata, lines.get("metadata"))


def language_problem(
    summary: str | None, expected: str | None, line: int | None = None
) -> Problem | None:
    """The problem of a summary in another language than asked for, if it is one."""
    if not summary or expected is None:
        return None
    found = main_language(summary)
    if found in (expected, "und"):
        return None
    return problem("summary-language", line, f"{found} instead of {expected}")


def length_note(summary: str) -> tuple[int, int] | None:
    """(claimed, true) length where a summary ends in a note of its length, else None.

    True is the count nearest to the claim of: Han characters, characters without white space,
    words.
    """
    match = _LENGTH_NOTE.search(summary)
    if match is None:
        return None
    body = summary[: match.start()]
    claimed = int(match[1])
    counts = [
        sum("\u4e00" <= char <= "\u9fff" for char in body),
        len("".join(body.split())),
        len(body.split()),
    ]
    return claimed, min(counts, key=lambda count: abs(count - claimed))


def _summary_problems(summary: str, source_text: str, line: int | None) -> Iterator[Problem]:
    note = length_note(summary)
    if note and abs(note[0] - note[1]) > max(2, _NOTE_TOLERANCE * note[1]):
        yield problem("summary-length-note", line, f"claims {note[0]}, has {note[1]}")
    if looks_like_html(summary):
        yield problem("summary-html", line)
    if _is_copy(summary, source_text):
        yield problem("summary-copy", line)


def _is_copy(summary: str, source_text: str) -> bool:
    """Nearly all of the summary stands in the source, and it is hardly shorter."""
    if len(summary) < 0.3 * len(source_text):  # far shorter: not worth normalizing both
        return False
    ours, theirs = len(normalize(summary)), len(normalize(source_text))
    if ours < 20 or ours < 0.7 * theirs:
        return False
    return containment(summary, source_text) >= 0.9


def _only_link(text: str, source: str, links: Iterable[str]) -> bool:
    """There is a link, a picture or a video, and next to no words."""
    rest = _ADDRESS.sub("", text)
    if len(rest) > _LONGEST_LINK_TEXT:
        return False
    for name in links:
        rest = rest.replace(name, "", 1) if name else rest
    few = len(normalize(_LINK_WORDS.sub("", rest))) < _FEWEST_CHARACTERS
    return few and (rest != text or _MEDIA.search(source) is not None)


def _metadata_problems(
    url: str | None, path: str, metadata: Mapping[str, str], line: int | None
) -> Iterator[Problem]:
    named = (metadata.get("来源") or metadata.get("source") or metadata.get("Source") or "").lower()
    hosts = _SOURCE_KINDS.get(named.replace(" ", ""))
    address = canonical_url(url) if url else ""
    if hosts and address.startswith("https://"):
        host = address.removeprefix("https://").split("/", 1)[0]
        if not host.endswith(hosts):
            yield problem("metadata-source", line, f"{named} for {host}")
    folder = _FOLDER_DATE.search(path)
    for name in ("目录日期", "directory date", "Directory date"):
        date = _DATE.search(metadata.get(name, ""))
        if folder and date and date[0] != folder[1]:
            yield problem("metadata-date", line, f"{date[0]} in folder {folder[1]}")
