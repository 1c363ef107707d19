"""What one archived item is: its source, its stored summary, and what is wrong with it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.jsonlines import Json

__all__ = [
    "DOCUMENT_SCHEMA",
    "NO_REFERENCE_CODES",
    "Document",
    "Link",
    "Problem",
    "canonical_url",
    "main_language",
    "sha256_text",
    "source_key",
]

DOCUMENT_SCHEMA = 1

# A stored summary with one of these problems is no reference to score against.
NO_REFERENCE_CODES = frozenset(
    {
        "summary-boilerplate",
        "summary-html",
        "summary-conflict",
        "summary-copy",
        "summary-empty",
        "summary-missing",
        "summary-doubled",
    }
)

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_TRACKING = re.compile(
    r"^(utm_\w+|spm|from|share_\w+|fbclid|gclid|ref|ref_src|wfr|isappinstalled)$"
)
_ARXIV = re.compile(r"^/(?:abs|pdf|html)/([^/?#]+?(?:/\d+)?)(?:v\d+)?(?:\.pdf)?/?$")
_WEIBO_DETAIL = re.compile(r"^/(?:detail|status)/(\w+)/?$")


def sha256_text(text: str) -> str:
    """Hex SHA-256 of a text; lone surrogates (bytes that were not UTF-8) count as they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical_url(url: str) -> str:
    """The address under which two copies of one item meet.

    Scheme and host are lower-cased, ``http`` becomes ``https``, fragment, default port, a trailing
    slash and tracking parameters go, ``m.weibo.cn`` becomes ``weibo.com``, and the forms and
    versions of an arXiv paper become ``https://arxiv.org/abs/ID``. What is no URL comes back
    stripped.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in ("http", "https") or not host:
        return url
    host = host.removeprefix("www.")
    path = parts.path
    if host in ("arxiv.org", "export.arxiv.org") and (match := _ARXIV.match(path)):
        return f"https://arxiv.org/abs/{match[1]}"
    if host in ("m.weibo.cn", "weibo.cn", "weibo.com"):
        host = "weibo.com"
        if match := _WEIBO_DETAIL.match(path):
            path = f"/detail/{match[1]}"
    query = [
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.match(pair[0])
    ]
    netloc = host if port in (None, 80, 443) else f"{host}:{port}"
    tail = f"?{urlencode(query, errors='surrogatepass')}" if query else ""
    return f"https://{netloc}{path.rstrip('/')}{tail}"


def source_key(url: str | None, source_text: str) -> str:
    """What makes two documents one source: the canonical URL, else the text. 16 hex digits."""
    basis = "url:" + canonical_url(url) if url and url.strip() else "text:" + source_text
    return sha256_text(basis)[:16]


def main_language(text: str) -> Literal["zh", "en", "und"]:
    """The language that most of the letters belong to.

    ``zh`` where Han characters (each worth about two Latin letters of content) outweigh Latin
    letters, ``en`` where Latin letters do, ``und`` for a text with no letters.
    """
    han = len(_HAN.findall(text))
    latin = len(_LATIN.findall(text))
    if not han and not latin:
        return "und"
    return "zh" if han * 2 >= latin else "en"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document."""

    code: str
    """Stable, kebab-case, e.g. ``summary-boilerplate``; ``docs/problems.md`` lists them all."""
    message: str
    """What is wrong and what to do, one sentence each."""
    line: int | None = None
    """Line of the file, from 1; None where the problem has no place."""

    def to_json(self) -> Json:
        """The problem as it stands in ``documents.jsonl``."""
        return {"code": self.code, "message": self.message, "line": self.line}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Problem:
        """The inverse of `to_json`."""
        return cls(row["code"], row["message"], row.get("line"))


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the source: what it said and where it led."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """One archived item. Immutable; everything that a run needs to know of it."""

    id: str
    """POSIX path relative to the archive root (NFC), ``path#row`` for rows, or the row's own id."""
    path: str
    """The file, relative to the archive root, exactly as the file system spells it."""
    url: str | None
    title: str
    metadata: Mapping[str, str]
    source: str
    """The source section as it stands in the file: HTML or plain text."""
    source_text: str
    """The text extracted from it: what models and checkers see."""
    stored_summary: str | None
    """The stored summary, stripped of surrounding white space; None where there is none."""
    source_sha256: str
    """Of the source section's bytes."""
    summary_sha256: str | None
    """Of the summary section's bytes."""
    problems: tuple[Problem, ...] = ()
    links: tuple[Link, ...] = ()
    key: str = field(default="")
    """`source_key`: documents that share it are one source."""
    text_sha256: str = field(default="")
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Where `url`, `source`, `summary` and `metadata` stand in the file; not kept in a run."""

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", source_key(self.url, self.source_text))
        if not self.text_sha256:
            object.__setattr__(self, "text_sha256", sha256_text(self.source_text))

    @property
    def reference(self) -> str | None:
        """The stored summary where it can serve as a reference, else None."""
        if any(problem.code in NO_REFERENCE_CODES for problem in self.problems):
            return None
        return self.stored_summary or None

    def to_json(self) -> Json:
        """The row of ``documents.jsonl`` (DOCUMENT_SCHEMA)."""
        return {
            "schema": DOCUMENT_SCHEMA,
            "id": self.id,
            "path": self.path,
            "url": self.url,
            "source_key": self.key,
            "title": self.title,
            "metadata": dict(self.metadata),
            "source_text": self.source_text,
            "links": [link.url for link in self.links],
            "text_sha256": self.text_sha256,
            "source_sha256": self.source_sha256,
            "stored_summary": self.stored_summary,
            "summary_sha256": self.summary_sha256,
            "problems": [problem.to_json() for problem in self.problems],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Document:
        """A document from its row; a run keeps neither ``source`` nor the texts of links."""
        return cls(
            id=row["id"],
            path=row["path"],
            url=row["url"],
            title=row["title"],
            metadata=row["metadata"],
            source="",
            source_text=row["source_text"],
            stored_summary=row["stored_summary"],
            source_sha256=row["source_sha256"],
            summary_sha256=row["summary_sha256"],
            problems=tuple(Problem.from_json(problem) for problem in row["problems"]),
            links=tuple(Link("", url) for url in row.get("links", ())),
            key=row["source_key"],
            text_sha256=row["text_sha256"],
        )


def normalized_id(path: str) -> str:
    """A path as an id: NFC, POSIX separators."""
    return unicodedata.normalize("NFC", path.replace("\\", "/"))
