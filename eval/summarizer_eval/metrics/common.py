"""What every metric asks first: is there anything to score, and may these two be compared?"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer_eval.metric import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from summarizer_eval.metric import Item

__all__ = [
    "CROSS_LANGUAGE",
    "NO_REFERENCE",
    "NO_SUMMARY",
    "crosses",
    "no_source",
    "package_version",
    "references_text",
    "unscored",
    "with_references",
]

NO_SUMMARY = "no-summary"
NO_REFERENCE = "no-reference"
CROSS_LANGUAGE = "cross-language"


def unscored(names: Iterable[str], reason: str) -> dict[str, Value]:
    """No value under any name, for one reason."""
    value = Value(None, reason)
    return dict.fromkeys(names, value)


def crosses(first: str, second: str) -> bool:
    """Whether two texts are in different languages, so that likeness of words means nothing."""
    one, two = main_language(first), main_language(second)
    return one != two and "und" not in (one, two)


def with_references(item: Item) -> tuple[str, list[str]] | str:
    """The summary and the references in its language, or why there is no such pair."""
    if not item.summary:
        return NO_SUMMARY
    if not item.references:
        return NO_REFERENCE
    usable = [text for text in item.references if not crosses(text, item.summary)]
    return (item.summary, usable) if usable else CROSS_LANGUAGE


def references_text(kind: str, rule: str) -> str:
    """Which references a figure was held against, and how several became one, for a signature."""
    return kind if kind == "stored" else f"{kind}-{rule}"


def no_source(item: Item) -> str | None:
    """Why an item cannot be measured against its source by its words; None where it can."""
    if not item.summary:
        return NO_SUMMARY
    if not item.document.source_text.strip():
        return "no-source"
    return CROSS_LANGUAGE if crosses(item.document.source_text, item.summary) else None


def package_version(package: str = "summarizer-toolkit") -> str:
    """Of an installed package; ``unknown`` where it is not one."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
