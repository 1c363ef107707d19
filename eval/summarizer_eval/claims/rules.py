"""The embedded checker: numbers and names of each claim, looked for in the source. No model.

A number whose value stands nowhere in source, title or metadata makes its claim `contradicted`
where the source gives another value of the same kind beside the same words, else `unsupported`; a
name in Latin letters that neither stands there nor has an alias there makes it `unsupported`. A
claim without either is `unchecked`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.document import main_language
from summarizer.sentences import sentence_spans
from summarizer_eval.claims.claim import Claim, ClaimReport, Evidence
from summarizer_eval.claims.counted import labels
from summarizer_eval.claims.derived import derivation
from summarizer_eval.claims.detectors import DETECTORS, SENTENCE_DETECTORS, Source
from summarizer_eval.claims.lexicon import chinese
from summarizer_eval.claims.names import Name, fold, names, occurs, token_set
from summarizer_eval.claims.quantities import Quantity, agree, quantities
from summarizer_eval.claims.split import claim_spans
from summarizer_eval.claims.units import converted, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from summarizer_eval.claims.claim import SourceDocument, Verdict
    from summarizer_eval.claims.counted import labels
from summarizer_eval.claims.detectors import Hit

__all__ = ["RulesChecker"]

# Sums, differences and counts of listed things up to this are derived too often to be held against.
_SMALL_COUNT = 12
_ADDRESS = re.compile(r"[a-z]\.(?:com|org|net|io|ai|cn|dev|co|me|edu|gov)(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A source, read once for all claims."""

    document: SourceDocument
    text: str
    """Source, title, URL and metadata, for names."""
    tokens: frozenset[str]
    numbers: tuple[Quantity, ...]
    other_numbers: tuple[Quantity, ...]
    """Of title, date and metadata."""
    sentences: tuple[tuple[int, int], ...]
    detected: Source


@dataclass(frozen=True, slots=True)
class _Finding:
    verdict: Verdict
    kind: str
    reason: str
    confidence: float
    detector: str
    evidence: tuple[Evidence, ...] = ()


class RulesChecker:
    """Checks claims by quantities and names; see the module."""

    name = "rules"
    version = "3"

    def __init__(self, *, without: Iterable[str] = ()) -> None:
        """A checker without some of `DETECTORS`."""
        left_out = frozenset(without)
        self._detectors = {
            name: detect for name, detect in DETECTORS.items() if name not in left_out
        }
        self._sentence_detectors = {
            name: detect for name, detect in SENTENCE_DETECTORS.items() if name not in left_out
        }

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        """Split the summary into claims and judge each; any text is accepted."""
        prepared = _prepare(source)
        language = "zh" if main_language(summary) == "zh" else "en"
        across = self._across(prepared, summary, language)
        return ClaimReport(
            tuple(
                self._claim(
                    prepared, summary, start, end, language,
                    [found for low, high, found in across if low < end and start < high],
                )
                for start, end in claim_spans(summary)
            )
        )  # fmt: skip

    def _across(
        self, source: _Prepared, summary: str, language: str
    ) -> list[tuple[int, int, _Finding]]:
        """What whole sentences show: places in the summary, and the finding."""
        return [
            (begin + start, begin + end,
             _Finding("unsupported", "relation", _say(language, "exchanged", said, other), 0.6, name))
            for begin, stop in sentence_spans(summary)
            for name, detect in self._sentence_detectors.items()
            for start, end, said, other in detect(source.detected.places, summary[begin:stop])
        ]  # fmt: skip

    def _claim(
        self, source: _Prepared, summary: str, start: int, end: int, language: str,
        across: list[_Finding],
    ) -> Claim:  # fmt: skip
        text = summary[start:end]
        findings = [
            *across,
            *(_check_number(source, item, text, language) for item in quantities(text)),
            *_check_names(source, text, language),
            *(
                _found_wrong(name, hit, language)
                for name, detect in self._detectors.items()
                for hit in detect(source.detected, text)
            ),
        ]
        findings = [item for item in findings if item.verdict != "unchecked"]
        worst = _worst(findings)
        if worst is None:
            reason = (
                "没有可核对的数字或名称。" if language == "zh" else "Nothing in it can be checked."
            )
            return Claim(
                start, end, text, "other", "unchecked", reason, 0.0, f"{self.name}.{self.version}"
            )
        evidence = worst.evidence
        if worst.verdict == "supported":
            evidence = tuple(dict.fromkeys(e for item in findings for e in item.evidence))
        return Claim(
            start,
            end,
            text,
            worst.kind,
            worst.verdict,
            worst.reason,
            worst.confidence,
            f"{self.name}.{self.version}:{worst.detector}",
            evidence,
        )


def _worst(findings: list[_Finding]) -> _Finding | None:
    order = {"contradicted": 0, "unsupported": 1, "supported": 2}
    return min(findings, key=lambda item: (order[item.verdict], -item.confidence), default=None)


def _prepare(source: SourceDocument) -> _Prepared:
    extra = "\n".join([source.title, source.date, *source.metadata.values()])
    text = f"{source.text}\n{source.title}\n{source.url}\n{extra}"
    return _Prepared(
        source,
        text,
        token_set(text),
        quantities(source.text),
        quantities(extra),
        tuple(sentence_spans(source.text)),
        _detector_source(source),
    )


def _detector_source(source: SourceDocument) -> Source:
    text = f"{source.text}\n{source.title}\n{source.date}"
    return Source(text, quantities(text))


def _found_wrong(name: str, hit: Hit, language: str) -> _Finding:
    kind, said, there = hit
    phrase = "instead" if there else "missing"
    return _Finding("unsupported", kind, _say(language, phrase, said, there), 0.6, name)


def _check_number(source: _Prepared, item: Quantity, claim: str, language: str) -> _Finding:
    said = claim[item.start : item.end].strip()
    places = [
        other
        for other in source.numbers
        if agree(item, other) and not _only_numbers_a_list(other, source)
    ]
    if places:
        evidence = tuple(_sentence(source, other) for other in places[:3])
        return _Finding(
            "supported", "number", _say(language, "found", said), 0.7, "number", evidence
        )
    unit = unit_of(item, claim)
    if unit is not None:
        for other, there in zip(source.detected.numbers, source.detected.units, strict=True):
            if there is not None and converted(item, unit, other, there):
                reason = _say(
                    language, "found", source.detected.text[other.start : other.end + 3].strip()
                )
                return _Finding("supported", "number", reason, 0.6, "number")
    if any(agree(item, other) for other in source.other_numbers):
        reason = _say(language, "elsewhere", said)
        return _Finding("supported", "number", reason, 0.6, "number", ())
    count = item.kind == "plain" and item.value == int(item.value)
    if item.small or (count and item.value <= _SMALL_COUNT):
        return _Finding("unchecked", "number", "", 0.0, "number")
    if item.kind in ("plain", "year") and _digits_occur(said, item.value, source.text):
        return _Finding("supported", "number", _say(language, "found", said), 0.5, "number")
    formula = derivation(item, claim, source.document.text, source.numbers)
    if formula is not None:
        reason = _say(language, "derived", said, formula)
        return _Finding("supported", "number", reason, 0.5, "number-derived")
    rival = _rival(source, item, claim)
    kind = "date" if item.kind == "year" else "number"
    if rival is not None:
        other = source.document.text[rival.start : rival.end].strip()
        reason = _say(language, "instead", said, other)
        return _Finding(
            "contradicted", kind, reason, 0.8, "number-rival", (_sentence(source, rival),)
        )
    return _Finding("unsupported", kind, _say(language, "missing", said), 0.7, "number-missing")


def _only_numbers_a_list(number: Quantity, source: _Prepared) -> bool:
    """12. before an item, where more follow: nothing is counted, as it is by the last number."""
    if not labels(number, source.document.text):
        return False
    return any(
        other.value > number.value and labels(other, source.document.text)
        for other in source.numbers
    )


def _digits_occur(said: str, value: float, text: str) -> bool:
    """Whether a number that is written without a scale stands there, perhaps inside a name."""
    digits = re.sub(r"[^\d.]", "", said).strip(".")
    if not re.fullmatch(r"\d+(\.\d+)?", digits) or float(digits) != value:
        return False
    alone = rf"(?<![\d.,]){re.escape(digits)}(?![\d.,]*\d)"
    return bool(digits) and re.search(alone, text) is not None


def _rival(source: _Prepared, item: Quantity, claim: str) -> Quantity | None:
    """A number of the same kind, not in the claim, beside words that the claim has too."""
    around = _terms(claim)
    if len(around) < 4:
        return None
    stated = quantities(claim)
    best: tuple[float, Quantity] | None = None
    for other in source.numbers:
        if other.kind != item.kind or other.small or any(agree(other, own) for own in stated):
            continue
        left, right = max(0, other.start - 30), other.end + 30
        share = len(around & _terms(source.document.text[left:right])) / len(around)
        if share >= 0.4 and (best is None or share > best[0]):
            best = (share, other)
    return None if best is None else best[1]


def _terms(text: str) -> set[str]:
    flat = re.sub(r"[\d\s\W_]+", " ", text.casefold())
    found: set[str] = set()
    for word in flat.split():
        if word.isascii():
            found.add(word)
        else:
            found.update(word[place : place + 2] for place in range(len(word) - 1))
    return found


def _check_names(source: _Prepared, claim: str, language: str) -> list[_Finding]:
    """Names one by one; the first name of somebody whose family name is there is not missing."""
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


_LINK = re.compile(r"[ -]?(?:(?:of|and|the|for|to|in|with)[ -])?")


def _translated(
    source: _Prepared, claim: str, items: list[Name], found: list[_Finding]
) -> list[_Finding]:
    """Words of one phrase (Mixture of Experts) of which the source has one in Chinese (专家)."""
    text = source.document.text
    known = [
        any(word[:2] in text for part in re.split(r"[-_/ ]", item.text) for word in chinese(part))
        for item in items
    ]
    place = 0
    while place < len(items):
        end = place + 1
        while end < len(items) and _LINK.fullmatch(claim[items[end - 1].end : items[end].start]):
            end += 1
        phrase = end - place > 1 or "-" in items[place].text
        if phrase and any(known[place:end]):
            for index in range(place, end):
                if found[index].verdict == "unsupported" and items[index].text.isalpha() | (
                    "-" in items[index].text and not any(c.isdigit() for c in items[index].text)
                ):
                    found[index] = _Finding("unchecked", "entity", "", 0.0, "name")
        place = end
    return found


def _by_alias(source: _Prepared, item: Name) -> bool:
    """Whether a name stands in the source in another language only."""
    return item.text.casefold() not in source.text.casefold()


def _check_name(source: _Prepared, item: Name, language: str) -> _Finding:
    parts = [part for part in item.text.split("+") if part]  # FastConformer+TDT
    if parts and all(occurs(part, source.text, source.tokens) for part in parts):
        place = _find_folded(source.document.text, item.text)
        evidence = () if place is None else (_sentence_at(source, *place),)
        reason = _say(language, "found", item.text)
        return _Finding("supported", "entity", reason, 0.6, "name", evidence)
    if _ADDRESS.search(item.text):  # links are often left out of the text of a source
        return _Finding("unchecked", "entity", "", 0.0, "name")
    telling = any(char.isupper() or char.isdigit() for char in item.text)
    if not telling or any(word in source.document.text for word in chinese(item.text)):
        return _Finding("unchecked", "entity", "", 0.0, "name")
    reason = _say(language, "missing", item.text)
    return _Finding("unsupported", "entity", reason, 0.6, "name-missing")


def _find_folded(text: str, name: str) -> tuple[int, int] | None:
    pattern = r"[\s\-_./]*".join(re.escape(char) for char in fold(name)[:60])
    match = re.search(pattern, text, re.IGNORECASE)
    return None if match is None else (match.start(), match.end())


def _sentence(source: _Prepared, item: Quantity) -> Evidence:
    return _sentence_at(source, item.start, item.end)


def _sentence_at(source: _Prepared, start: int, end: int) -> Evidence:
    for left, right in source.sentences:
        if left <= start < right:
            return Evidence(left, right, source.document.text[left:right])
    return Evidence(start, end, source.document.text[start:end])


_PHRASES = {
    "zh": {
        "found": "原文中有“{0}”。",
        "elsewhere": "标题或元数据中有“{0}”。",
        "instead": "摘要写“{0}”，原文相应处是“{1}”。",
        "missing": "原文中找不到“{0}”。",
        "derived": "“{0}”由原文算得：{1}。",
        "exchanged": "“{0}”处，原文说的是“{1}”。",
    },
    "en": {
        "found": "The source has {0!r}.",
        "elsewhere": "The title or metadata have {0!r}.",
        "instead": "The summary says {0!r}; the source says {1!r} there.",
        "missing": "The source does not have {0!r}.",
        "derived": "{0!r} follows from the source: {1}.",
        "exchanged": "Where the summary has {0!r}, the source speaks of {1!r}.",
    },
}


def _say(language: str, phrase: str, *values: str) -> str:
    return _PHRASES[language][phrase].format(*values)
