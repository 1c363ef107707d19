"""Archives: Markdown, JSON Lines, Parquet and HTML in, documents with their problems out."""

from summarizer.archive.headings import DEFAULT_HEADINGS, HeadingSet
from summarizer.archive.markdown import ParsedMarkdown, parse_markdown, splice_summary
from summarizer.archive.reader import Skipped, common_root, find_root, read_archive

__all__ = [
    "DEFAULT_HEADINGS",
    "HeadingSet",
    "ParsedMarkdown",
    "Skipped",
    "common_root",
    "find_root",
    "parse_markdown",
    "read_archive",
    "splice_summary",
]
