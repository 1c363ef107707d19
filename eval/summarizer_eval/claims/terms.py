"""Detectors of specific words that nothing in the source licenses (see `glossary`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.counted import counted_phrase, labels, noun_part
from summarizer_eval.claims.glossary import Licences, entry, glossary_words
from summarizer_eval.claims.quantities import agree, quantities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.quantities import Quantity
    from summarizer_eval.claims.source import Hit, Source

__all__ = ["counted_terms", "terms"]

_SPECIFIC = 2
"""Grade up to which a word is looked for in the whole source."""
_SHORT = 300
"""Characters of a source that licenses little: its summary has to find words of its own."""
_LATIN = re.compile("[0-9A-Za-z]")
_RANGE = re.compile("[至到~～—–-]")
_ACRONYM = re.compile(r"[-\s]?(?:[a-z-]+\s)?[A-Z]{2,}s?\b")
"""27,755 WSIs: it may stand for any noun."""
_MOST_PLACES = 4
"""Places of a number in the source above which it may count many things."""


def terms(source: Source, claim: str) -> Iterator[Hit]:
    """向量数据库 where nothing in the source speaks of vectors or embeddings."""
    short = len(source.text) < _SHORT
    for _, word in glossary_words(claim):
        found = entry(word)
        if (
            found is not None
            and found.grade <= (1 if short else _SPECIFIC)
            and source.licences.licensed(word) is False
        ):
            yield "relation" if found.kind == "act" else "entity", word, ""


def counted_terms(source: Source, claim: str) -> Iterator[Hit]:
    """21家企业 where the sentences that have a 21 speak of developers, and of no firm."""
    for number in quantities(claim):
        phrase = noun_part(counted_phrase(number, claim))
        if _LATIN.search(phrase) or _RANGE.search(claim, max(0, number.start - 1), number.start):
            continue  # 12个MLLMs模型, 4张A770耗时50分钟; 50至59的同位素
        things = [
            word
            for _, word in glossary_words(phrase)
            if (found := entry(word)) is not None and found.kind != "act"
        ]
        if not things or not phrase.endswith(things[-1]):  # what comes last is counted
            continue
        there = [other for other in source.numbers if agree(number, other)]
        if not 0 < len(there) <= _MOST_PLACES:
            continue
        if any(labels(n, source.text) or _ACRONYM.match(source.text, n.end) for n in there):
            continue
        around = Licences("\n".join(_sentences_of(there, source)))
        if not any(around.licensed(word) for word in things):
            said = claim[number.start : number.end] + things[-1]
            yield "number", said, source.text[there[0].start : there[0].end + 24].split("\n")[0]


def _sentences_of(numbers: list[Quantity], source: Source) -> Iterator[str]:
    for sentence in source.aligned.sentences:
        end = sentence.start + len(sentence.text)
        if any(sentence.start <= number.start < end for number in numbers):
            yield sentence.text
