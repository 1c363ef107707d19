"""A name in Latin letters of a claim: supported where the source has it, or an alias of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.finding import Finding, say
from summarizer_eval.claims.glossary import chinese_for
from summarizer_eval.claims.lexicon import chinese
from summarizer_eval.claims.names import Name, fold, is_size, names, occurs

if TYPE_CHECKING:
    from summarizer_eval.claims.finding import Prepared

__all__ = ["check_names"]

_MODEL_NUMBER = re.compile(r"[A-Za-z]{2,}[- ]?(\d{3,})")
_ADDRESS = re.compile(
    r"([a-z][a-z0-9-]*)\.(?:com|org|net|io|ai|cn|dev|co|me|edu|gov|app|top|xyz)(/|$)", re.IGNORECASE
)


def check_names(source: Prepared, claim: str, language: str) -> list[Finding]:
    """Names one by one.

    The first name of somebody whose family name is there is not missing, nor is a word of a
    phrase that the source has in Chinese.
    """
    items = names(claim)
    found = [_check_name(source, item, language) for item in items]
    for place, item in enumerate(items):
        beside = [
            near
            for near in (place - 1, place + 1)
            if 0 <= near < len(items) and found[near].verdict == "supported"
            and claim[min(item.end, items[near].end) : max(item.start, items[near].start)] == " "
            and items[near].text[0].isupper() and _by_alias(source, items[near])
        ]  # fmt: skip
        if found[place].verdict == "unsupported" and beside and item.text.istitle():
            found[place] = found[beside[0]]
    return _translated(source, claim, items, found)


_TELLING = re.compile("[A-Z]|[A-Za-z].*[0-9]")
_PARTS = re.compile(r"[-_/ ]")
_ACRONYM = 3
"""Words of a phrase from which on its initials prove something."""
_LINK = re.compile(r"[ -]?(?:(?:of|and|the|for|to|in|with)[ -])?")


def _translated(
    source: Prepared, claim: str, items: list[Name], found: list[Finding]
) -> list[Finding]:
    """Words of one phrase (Mixture of Experts) of which the source has one in Chinese (专家).

    Or which the source has as an acronym (MoE).
    """
    text = source.document.text
    known = [
        any(word[:2] in text for part in _PARTS.split(item.text) for word in chinese(part))
        for item in items
    ]
    place = 0
    while place < len(items):
        end = place + 1
        while end < len(items) and _LINK.fullmatch(claim[items[end - 1].end : items[end].start]):
            end += 1
        parts = [part for item in items[place:end] for part in _PARTS.split(item.text) if part]
        phrase = len(parts) > 1
        acronym = "".join(part[0] for part in parts).casefold()
        spelled_out = len(parts) >= _ACRONYM and acronym in source.tokens
        words = all(chinese(part) for part in parts)
        named = chinese_for(claim[items[place].start : items[end - 1].end]) if phrase else ()
        if (
            (phrase and words and any(known[place:end]))
            or spelled_out
            or any(word in text for word in named)
        ):
            for index in range(place, end):
                words_only = items[index].text.replace("-", "").isalpha()
                if found[index].verdict == "unsupported" and words_only:
                    found[index] = Finding("unchecked", "entity", "", 0.0, "name")
        place = end
    return found


def _by_alias(source: Prepared, item: Name) -> bool:
    """Whether a name stands in the source in another language only."""
    return item.text.casefold() not in source.text.casefold()


def _check_name(source: Prepared, item: Name, language: str) -> Finding:
    parts = [part for part in item.text.split("+") if _TELLING.search(part)]  # FastConformer+TDT
    if parts and all(occurs(part, source.text, source.tokens) for part in parts):
        place = _find_folded(source, item.text)
        evidence = () if place is None else (source.sentence_at(*place),)
        reason = say(language, "found", item.text)
        return Finding("supported", "entity", reason, 0.6, "name", evidence)
    address = _ADDRESS.search(item.text)
    if address is not None:
        return _check_address(source, item, address, language)
    telling = bool(parts)
    number = _MODEL_NUMBER.fullmatch(item.text)
    if number is not None and re.search(rf"(?<!\d){number[1]}(?!\d)", source.document.text):
        return Finding("unchecked", "entity", "", 0.0, "name")  # RTX4090, where 4090 stands there
    translations = (*chinese(item.text), *chinese_for(item.text))
    known = any(word in source.document.text for word in translations)
    if not telling or known or _glued(source, item.text):
        return Finding("unchecked", "entity", "", 0.0, "name")
    reason = say(language, "missing", item.text)
    return Finding("unsupported", "entity", reason, 0.6, "name-missing")


_GENERIC = frozenset({"api", "ceo", "cto", "lab", "university", "institute", "college", "team"})
_SHORTEST_WORD = 3
_LONGEST_GLUED = 40
"""Characters of a name that may be two."""


def _glued(source: Prepared, name: str) -> bool:
    """Whether a name is one of the source and a word without a space: OpenAIsemantic, CEOSam."""
    if len(name) > _LONGEST_GLUED:
        return False
    for place in range(2, len(name) - _SHORTEST_WORD + 1):
        first, second = name[:place], name[place:]
        if first.casefold() not in source.tokens and first.casefold() not in _GENERIC:
            continue
        if not second.isalpha() or is_size(second):  # GPT-4o, GPT-mini
            continue
        word = second.islower() and first[-1].isupper()
        if word or (second[0].isupper() and second.casefold() in source.tokens):
            return True
    return False


_SHORT_PART = 2
"""Characters up to which a part of a path says nothing."""


def _check_address(source: Prepared, item: Name, address: re.Match[str], language: str) -> Finding:
    """An address that stands in the text or where a link leads.

    Or that is made of what the source has: a site of its name, a path of its names.
    """
    whole = item.text.casefold().removeprefix("www.").rstrip("/")
    parts = [part for part in whole.split("/")[1:] if len(part) > _SHORT_PART]
    known = all(part in source.folded for part in parts or [address[1].casefold()])
    if known or whole in source.text.casefold():
        return Finding("unchecked", "entity", "", 0.0, "name")
    return Finding(
        "unsupported", "entity", say(language, "missing", item.text), 0.7, "address-missing"
    )


def _find_folded(source: Prepared, name: str) -> tuple[int, int] | None:
    """Where a name stands, as it is or with other spaces and hyphens."""
    place = source.folded.find(name.casefold())
    if place >= 0 and len(source.folded) == len(source.document.text):
        return place, place + len(name)
    pattern = r"[\s\-_./]*".join(re.escape(char) for char in fold(name)[:60])
    match = re.search(pattern, source.document.text, re.IGNORECASE)
    return None if match is None else match.span()
