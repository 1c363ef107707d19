"""Detectors of what a number counts or measures: units, classifiers and nouns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.lexicon import english, pieces, stem, words
from summarizer_eval.claims.quantities import Quantity, agree, quantities
from summarizer_eval.claims.units import alike, classifier_after, converted, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.source import Hit, Source

__all__ = [
    "classifiers", "counted_phrase", "counted_things", "labels", "measured", "noun_part", "units",
]  # fmt: skip

_MANY = 12
"""Up to this a number without a fitting unit is held against a claim even where it is not there."""
_PERSONS = "人名位"
_STOPS = re.compile(r"[，,。；;：:！!？?、\n]")
_FEW = 3
_MARKER = re.compile(r"\ufe0f?\u20e3|[.、)）](?!\d)")
_LABEL = re.compile(r"(?:[图表第]|fig(?:ure|\.)?|table|section|chapter)\s*$", re.IGNORECASE)
_COUNTS = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]")
_JOINS = re.compile(
    r"(?:and|or|to|of|in|on|with|the|for|from|years?|year-old|per|each|at|as|by|was|were|is|are|"
    r"which|that|compared|versus|up|down|last|this)\b|[岁和或到至]"
)


_THINGS = re.compile(
    r"\s*[多余]?[万亿]?\s*(?:股|人|次|辆|台|条|个|位|名|家|篇|款|项|件|部|张|份|套|名)(?![月小百民])"
)


def measured(source: Source, claim: str) -> Iterator[Hit]:
    """3.5亿股 where the source has 350 million dollars: things counted for a measure."""
    for number in quantities(claim):
        if number.kind != "plain" or number.value <= _FEW or not _THINGS.match(claim, number.end):
            continue
        there = [
            (other, unit)
            for other, unit in zip(source.numbers, source.units, strict=True)
            if agree(number, other)
        ]
        if there and all(unit is not None for _, unit in there):
            other = there[0][0]
            yield (
                "number",
                claim[number.start : number.end + 1],
                source.text[other.start : other.end + 3],
            )


def units(source: Source, claim: str) -> Iterator[Hit]:
    """A number with a unit that the source gives only with a unit of another family."""
    for number in quantities(claim):
        ours = unit_of(number, claim)
        if ours is None or (ours.family in ("percent", "times") and not number.small):
            continue
        if number.kind == "year":
            continue
        same = [
            (other, unit)
            for other, unit in zip(source.numbers, source.units, strict=True)
            if (agree(number, other) or (unit is not None and converted(number, ours, other, unit)))
            and not (unit is None and labels(other, source.text))
        ]
        said = claim[number.start : number.end + 3].strip()
        if any(unit is None and not _counts(other, source) for other, unit in same):
            continue
        fits = any(
            unit is not None
            and unit.family == ours.family
            and (
                unit.factor == ours.factor
                or (unit is not None and converted(number, ours, other, unit))
            )
            for other, unit in same
        )
        few = number.value <= _MANY and not _vague(number, claim)
        if not fits and (same or few):
            there = source.text[same[0][0].start : same[0][0].end + 4] if same else ""
            yield "number", said, there.strip()


def _counts(number: Quantity, source: Source) -> bool:
    """Whether what follows a number of the source says that it counts things."""
    after = source.text[number.end : number.end + 12].lstrip()
    return bool(_COUNTS.match(after)) and not _JOINS.match(after)


def labels(number: Quantity, text: str) -> bool:
    """1. or 3️⃣ at the start of a line, 图3, Table 2: it counts nothing."""
    before = text[max(0, number.start - 8) : number.start].rsplit("\n", 1)[-1]
    starts_line = not before.strip(" -*#") and bool(_MARKER.match(text, number.end))
    return starts_line or _LABEL.search(before) is not None


def _vague(number: Quantity, claim: str) -> bool:
    """一年, one day, 几天: figures of speech."""
    after = claim[number.end : number.end + 3]
    return number.value <= 1 or after.startswith(("年前", "年来"))


def classifiers(source: Source, claim: str) -> Iterator[Hit]:
    """A number whose classifier is another than the source's (Chinese sources)."""
    if not source.chinese:
        return
    for number in quantities(claim):
        ours = classifier_after(number, claim)
        if ours is None or number.value <= 1:
            continue
        theirs = [
            (other, classifier_after(other, source.text))
            for other in source.numbers
            if agree(number, other)
        ]
        if theirs and all(there is not None and not alike(ours, there) for _, there in theirs):
            other = theirs[0][0]
            yield (
                "number",
                claim[number.start : number.end + 2],
                source.text[other.start : other.end + 3],
            )


_CLASSIFIERS = "个种类项条款家名位篇张份部场届所支台辆只架座本套组批步层级章节段句行道门处"
_BEFORE_NOUN = re.compile(rf"\s*[多余来几]?\s*(?:[{_CLASSIFIERS}]|大)?(?=[\u4e00-\u9fff])")
_TAIL_END = re.compile(r"[，,。；;：:！!？?、\n（）()“”\"《》和与及]")
_NO_COUNT = re.compile(r"[月日点年号版代届期版B]|系列|人民币")
_SAY_NOTHING = frozenset(
    {"不同", "主要", "关键", "核心", "独立", "公开", "真实", "标准", "重要", "方面", "部分", "内容",
     "以上", "左右", "超过", "约为", "进行", "包括", "包含", "实现", "达到", "采用", "支持", "通过",
     "使用", "提供", "显示", "模型", "系列", "版本", "实例", "参数", "功能", "特点", "特性", "突破",
     "创新", "技术", "表现", "优势", "领域", "存在", "结合", "现有", "缺陷", "问题", "完成", "即可",
     "背景"}
)  # fmt: skip
_NEAR_CHINESE, _NEAR_ENGLISH = (8, 10), 60
_PHRASE_END = re.compile(
    r"[,.;:()\[\]]|\b(?:(?:and|or)\s+\d|by|that|which|from|with|for|in|on|to|across|spanning|covering|against)\b"
)
"""Characters before and behind a number of the source in which its noun stands."""


def counted_things(source: Source, claim: str) -> Iterator[Hit]:
    """5000份病历 where the source has 5,000 conversations, and nothing of records beside it."""
    for number in quantities(claim):
        nouns = _nouns(number, claim)
        if not source.chinese:
            nouns = [noun for noun in nouns if english(noun)]
        if all(noun in _SAY_NOTHING for noun in nouns):
            continue
        there = [other for other in source.numbers if agree(number, other)]
        if any(
            labels(other, source.text) or _SIZE.match(source.text, other.end - 1) for other in there
        ):
            continue  # the last of a numbered list: so many things are listed
        classifier = claim[number.end : number.end + 1]
        if classifier not in "个种" and any(
            source.text[other.end : other.end + 2]
            .lstrip()
            .startswith(tuple(_PERSONS) if classifier in _PERSONS else classifier)
            for other in there
        ):
            continue
        if there and not any(_counts_it(other, nouns, source) for other in there):
            behind = source.text[there[0].start : there[0].end + 24].replace("\n", " ")
            yield "number", claim[number.start : number.end] + nouns[0], behind


def counted_phrase(number: Quantity, claim: str) -> str:
    """What stands behind a number that counts things; "" where it measures, dates or names."""
    if number.kind != "plain" or number.value <= _FEW or number.value != int(number.value):
        return ""
    said = claim[number.start : number.end]
    if re.search(r"[A-Za-z]\s*$", claim[: number.start]):  # RTX 5080
        return ""
    if "." in said or re.search("[A-Za-z]", said):
        return ""
    if unit_of(number, claim) is not None or claim[max(0, number.start - 1) : number.start] == "第":
        return ""
    match = _BEFORE_NOUN.match(claim, number.end)
    if match is None or claim.startswith("人", number.end) or _NO_COUNT.match(claim, number.end):
        return ""
    if match.end() == number.end and number.value >= 10**4:  # 180亿提升: money, no things
        return ""
    return _TAIL_END.split(claim[match.end() : match.end() + 12])[0]


_SIZE = re.compile("[A-Za-z]")
"""The last character of 7B, which counts no things."""
_PREDICATE = frozenset("上中内里均都也可能将已为是在有被以于即就需要会并等")
"""What stands alone where a noun ends and something is said of it: 16个数据集上均优于."""
_UNKNOWN_NOUN = re.compile("^[\u4e00-\u9fff]{2,3}")
"""A noun that the lexicon lacks."""


def noun_part(phrase: str) -> str:
    """What stands behind a number up to where something is said of it."""
    end = next((start for start, piece in pieces(phrase) if piece in _PREDICATE), len(phrase))
    return phrase[:end]


def _nouns(number: Quantity, claim: str) -> list[str]:
    """The words behind a number that counts things."""
    phrase = noun_part(counted_phrase(number, claim))
    return [word for _, word in words(phrase)][:4] or _UNKNOWN_NOUN.findall(phrase)


def _counts_it(number: Quantity, nouns: list[str], source: Source) -> bool:
    """Whether one of the nouns, or a word for it, stands where what is counted must stand."""
    if source.chinese:
        before, behind = _NEAR_CHINESE
        behind_it = _STOPS.split(source.text[number.end : number.end + behind])[0]
        if not behind_it.strip():
            return True  # 订阅900+，: the noun stands somewhere before it
        before_it = _STOPS.split(source.text[max(0, number.start - before) : number.start])[-1]
        window = f"{before_it} {behind_it}"
        if any(char in window for noun in nouns for char in noun if char not in "大小多新的个"):
            return True
        stems = {part for _, word in words(window) for term in english(word) for part in term}
    else:
        window = _PHRASE_END.split(source.text[number.end : number.end + _NEAR_ENGLISH])[0]
        if not re.search("[a-z]{3}", window) or re.search(r"\b[A-Z]{2,}s?\b|^-?bit", window):
            return True  # nothing is counted here; or 27,755 WSIs: an acronym may be the noun
        stems = set()
    stems |= {stem(word) for word in re.findall("[A-Za-z]+", window)}
    # The last word of a term, perhaps behind a prefix: subtasks are tasks.
    ends = tuple(term[-1] for noun in nouns for term in english(noun))
    return any(there.endswith(ends) for there in stems)
