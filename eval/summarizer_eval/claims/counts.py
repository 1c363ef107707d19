"""Detectors of how many: counts of the source, of the sentence spoken of, and small ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.counted import labels
from summarizer_eval.claims.quantities import chinese_value, quantities

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from summarizer_eval.claims.quantities import Quantity
    from summarizer_eval.claims.source import Hit, Source

__all__ = ["aligned_counts", "counts", "every", "ordinals", "small_counts"]

_STOPS = re.compile(r"[，,。；;：:！!？?、\n]")
_CLASSIFIERS = "个种类项条款家名位篇张份部场届所支台辆只架座本套组批步层级章节段句行道门处大"
_SHORTEST = 5
"""Characters of what stands before a list, from which on it is aligned without the list."""
_SURE = 1.5
"""Score of an alignment above which the claim surely speaks of the sentence."""
_MANY = 12
_COUNTED = re.compile(
    r"(?<![/,\d])(第?)([一二两三四五六七八九十百千零\d]{1,10})(个|项|条|种|大|届|代|版|篇|步|层|类|款|名|位|家|张|台|辆|块|集|节|章|门|场|轮|件)"
    r"([\u4e00-\u9fffA-Za-z]{0,4})"
)


def _counted(text: str) -> list[tuple[str, float | None, str, str, str]]:
    """第 or "", value, classifier, what follows it, and all as written, of each count."""
    return [
        (m[1], chinese_value(m[2]), m[3], text[m.end(3) : m.end(3) + 12], m[0])
        for m in _COUNTED.finditer(text)
    ]


def counts(source: Source, claim: str) -> Iterator[Hit]:
    """五项修复 where the source has 四项修复; 第二届 where it has 第三届 (Chinese sources)."""
    if not source.chinese:
        return
    ours = list(_COUNTED.finditer(claim))
    theirs = source.once("counted", _counted) if ours else []
    for match in ours:
        value, noun = chinese_value(match[2]), match[4]
        if value is None:
            continue
        if value > _MANY and any(number.value == value for number in source.numbers):
            continue
        rivals = [
            (other, text)
            for ordinal, other, classifier, after, text in theirs
            if ordinal == match[1]
            and (other != 1 or ordinal)
            and classifier == match[3]
            and (ordinal or (len(noun) > 1 and noun[:2] in _STOPS.split(after)[0]))
        ]
        if rivals and all(other != value for other, _ in rivals):
            products = {
                other * number.value
                for other, _ in rivals
                if other is not None
                for number in quantities(claim)
            }
            if value not in products:  # 三个层级的9项任务: three at each of three levels
                yield "number", match[0], rivals[0][1]


_SMALL = re.compile(
    r"(?<![第\d.每点一二两三四五六七八九十百千万零])(?!二次)([二两三四五六七八九十]|1[0-2]|[2-9])(?="
    r"(?:大|个|项|种|类|条|步|层|级|款|位|名|点(?![一二三四五六七八九\d])|节|章|集|轮|场|件|篇|门|段|阶段|方面|维度|部分|"
    r"[张台辆块家所本道支幅颗座套份句组次岁席]|代(?![码表理替价言]))"
    r"(?!程|小|时|月|年|度|数据|规模|语言|模型|幅|量|型|学|佬|厂|会|家|众|百分|元))"
    r"([\u4e00-\u9fff]{1,4}|[\u4e00-\u9fff]\s?[A-Za-z])"
)
_ABSTRACT = frozenset("大个项种类条步层级点节章阶方维部")
"""Classifiers with which 两 is a figure of speech: 两大, 两个方面."""
_DATES = re.compile(r"\s*(?:[月日号年点]|\\?%|％|[.:：/]\d)")
_NUMERAL = re.compile(rf"[二两三四五六七八九十](?=[{_CLASSIFIERS}])")
_LISTED = re.compile(r"[：:（(]")
_ITEMS = re.compile(r"、|和|与|以及|及|/|,|，")


def small_counts(source: Source, claim: str) -> Iterator[Hit]:
    """五类风险 where no five stands anywhere in the source, nor so many things in the claim."""
    ours = list(_SMALL.finditer(claim))
    if not ours:
        return
    known = source.once("counting", lambda text: _counting(text, source.numbers))
    for match in ours:
        value = chinese_value(match[1])
        if (
            value is None
            or value < 2
            or claim[match.start() - 1 : match.start()] in tuple("二三四五六七八九十至到-~—")
        ):
            continue
        if value in known:
            continue
        if any(len(_ITEMS.split(part)) >= value for part in _LISTED.split(claim)):
            continue
        if value == 2 and match[2][0] in _ABSTRACT:
            continue
        if "：" in claim[match.end() :]:  # a list that goes on
            continue
        if not _enumerated(source.text, int(value)):
            yield "number", match[0], ""


def _counting(text: str, numbers: Sequence[Quantity]) -> frozenset[float]:
    """The numbers of a text that may count: no labels, no dates; and its numerals."""
    counting = {
        number.value
        for number in numbers
        if not (labels(number, text) or _DATES.match(text, number.end))
    }
    numerals = (chinese_value(numeral) for numeral in _NUMERAL.findall(text))
    return frozenset(counting | {value for value in numerals if value is not None})


def aligned_counts(source: Source, claim: str) -> Iterator[Hit]:
    """五个基准 where the sentence spoken of has 三个, and nowhere five."""
    matches = [match for match in _SMALL.finditer(claim) if chinese_value(match[1]) != 1]
    if not matches:
        return
    head = _LISTED.split(claim)[0]
    aligned = source.aligned.align(head if len(head) > _SHORTEST else claim, 1)
    if not aligned or aligned[0][0] < _SURE:
        return
    text = aligned[0][1].text
    ours: set[float | None] = {number.value for number in quantities(claim)}
    there: set[float | None] = {number.value for number in quantities(text)}
    ours |= {chinese_value(match[1]) for match in matches}
    counted = [(chinese_value(found[1]), found[0]) for found in _SMALL.finditer(text)]
    there |= {value for value, _ in counted}
    theirs = [(value, said) for value, said in counted if value not in ours]
    for match in matches:
        if theirs and chinese_value(match[1]) not in there:
            yield "number", match[0], theirs[0][1]
            return


def _enumerated(text: str, count: int) -> bool:
    """Whether the source numbers so many things: a last 5. or (5) or 5️⃣ at the start of a line."""
    last = re.findall(r"(?:^|\n)\s*[(（]?(\d{1,2})(?:[.、)）]|\ufe0f?\u20e3)", text)
    bullets = len(re.findall(r"(?:^|\n)\s*[-•·*]\s*\S", text))
    return count == max((int(item) for item in last), default=0) or count == bullets


_ORDINAL = re.compile(r"第([二三四五六七八九十]{1,3}|[2-9]|\d\d)(次|个|款|位|代|届|名|大|例|颗|篇)")
_ORDINAL_WORDS = (
    "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip


def ordinals(source: Source, claim: str) -> Iterator[Hit]:
    """第三次 where the source has 首次 and nowhere a third."""
    for match in _ORDINAL.finditer(claim):
        value = chinese_value(match[1])
        if value is None or any(number.value == value for number in source.numbers):
            continue
        word = _ORDINAL_WORDS[int(value) - 2] if value <= 10 else f"{value:g}th"
        if word not in source.lowered and f"第{match[1]}" not in source.text:
            first = re.search(r"首[次个款位]|第一[次个款位]|\bfirst\b", source.text)
            yield "number", match[0], first[0] if first else ""


_EVERY = re.compile(r"每([一二两三四五六七八九十]|\d{1,3})个?(年|月|周|天|日|小时|分钟|秒|季度)")


def every(source: Source, claim: str) -> Iterator[Hit]:
    """每两年 where the source has 每两个月 (Chinese sources)."""
    for match in _EVERY.finditer(claim):
        there = [
            (found[2], found[0]) for found in _EVERY.finditer(source.text) if found[1] == match[1]
        ]
        if there and all(unit != match[2] for unit, _ in there):
            yield "date", match[0], there[0][1]
