"""Detectors of places, institutions and other Chinese names that the source does not have."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from summarizer_eval.claims.data import data_file
from summarizer_eval.claims.glossary import glossary_words
from summarizer_eval.claims.lexicon import english, is_name, tokens, words
from summarizer_eval.claims.names import aliases, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.source import Hit, Source

__all__ = ["institutions", "places", "proper_names"]


@cache
def _places() -> dict[str, tuple[str, ...]]:
    groups = data_file("places")["groups"]
    return {group[0]: tuple(group) for group in groups} | {
        name: tuple(group) for group in groups for name in group if not name.isascii()
    }


_BROAD = ("中国", "国内", "我国", "中方", "美方", "欧盟", "硅谷", "华盛顿")


def places(source: Source, claim: str) -> Iterator[Hit]:
    """A country or city that the source does not name, where it names another."""
    claim = _without_known(claim, source)
    found = [
        name
        for name in _places()
        if name in claim and name not in _BROAD and not _longer(name, claim)
    ]
    longer = [word for _, word in glossary_words(claim)] if found else []
    found = [name for name in found if not any(name in word != name for word in longer)]
    if not found:
        return
    lowered = source.lowered
    for name in found:
        if not any(_written(other, source.text, lowered) for other in _places()[name]):
            yield "entity", name, ""


def _longer(name: str, text: str) -> bool:
    """印度 in 印度尼西亚, 日本 in 今日本来, 中国 in 中国移动."""
    if name == "日本":
        return re.search(r"(?<![今当近每昔往翌])日本(?![来身月周地])", text) is None
    return name == "印度" and "印度尼西亚" in text


def _written(name: str, text: str, lowered: str) -> bool:
    if not name.isascii():
        return name in text
    if name.isupper():
        return re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text) is not None
    return name.casefold() in lowered


_INSTITUTION = re.compile(
    r"([\u4e00-\u9fff]{2,6}?)(大学|学院|研究院|研究所|实验室|医院|银行|出版社|基金会|协会|酒店|宾馆|大厦|体育馆|公司|集团)"
)
_NO_NAME = re.compile(
    r"^(?:.*[的与和及由在对为了等将是从到中多所家该其各本此某我他她它们被把给让名国来自]|人工|多家|高等|顶级|知名|"
    r"著名|全球|国际|国家|.*(?:度过|负责|提升|改善|加强|优化|服务|带入|引入|助力|推动|覆盖|走进|进驻|显示|表示|认为|指出|公布|宣布|毕业|就读|加入|针对|面向|获得|进入)|联合|合作|开源|独立|商业|中央|投资|世界)$"
)


_FIRMS = ("公司", "集团")
_COMMON_FIRM = re.compile(
    r"(?:上市|大型|初创|创业|国有|跨国|母|子|总|分|科技|技术|软件|互联网|咨询|智能|机器人|游戏|芯片|创新|新|家|些|款|各|"
    r"投资|该|我|本|支付|设计|数据|能源|汽车|控股|医药|生物|安全|产品|外部|服务|开发|传统|巨头|其他|同类|竞争|知名|媒体|广告|"
    r"影视|电影|制作|硬件|商业|纯|盈利|研究|所属|前|大|小|多|与|等|给|使|在|为|的|数|几|两|三|名|被|其|尽管|虽然|但|因为|如果|随着|目前|此外|同时|而)$"
)
_NEVER_SHORTENED = ("学院", "酒店", "宾馆", "大厦", "体育馆", "出版社", "基金会")


def institutions(source: Source, claim: str) -> Iterator[Hit]:
    """A university, laboratory or hospital that the source does not name."""
    claim = _without_known(claim, source)
    for match in _INSTITUTION.finditer(claim):
        stem, kind = match[1], match[2]
        if kind in _FIRMS and _COMMON_FIRM.search(stem):
            continue
        short = stem[-2:]
        if source.chinese and kind in _NEVER_SHORTENED and kind not in source.text:
            yield "entity", short + kind, ""
            continue
        if _NO_NAME.match(stem) or short in source.text:
            continue
        if source.chinese:
            if stem[-3:] not in source.text and not _alias_there(short, source.text):
                yield "entity", short + kind, ""
        elif aliases().get(fold(short)) and not _alias_there(short, source.text):
            yield "entity", short + kind, ""


def _alias_there(name: str, text: str) -> bool:
    lowered = text.casefold()
    return any(other.casefold() in lowered for other in aliases().get(fold(name), ()))


_JOINED = frozenset("的在和与了对等从由为以及是将被把用于个家名位使让向给跟同获称至到也都并")
"""Characters that stand beside a name without being part of it."""
_COMMON = frozenset({"高达", "美分", "中都", "英文", "中文", "国内", "中国"})


@cache
def _known_names() -> re.Pattern[str]:
    """The Chinese names of the alias table, longest first."""
    found = {
        name for group in data_file("aliases")["names"] for name in group if not name.isascii()
    }
    return re.compile("|".join(re.escape(name) for name in sorted(found, key=len, reverse=True)))


def _without_known(claim: str, source: Source) -> str:
    """A claim without the names that the source has: 上海交通大学 is no place where it has 上交."""
    if not _known_names().search(claim):
        return claim
    inside = _inside_words(claim)

    def kept(match: re.Match[str]) -> str:
        whole = match.start() not in inside and match.end() not in inside
        return "" if whole and _named(match[0], source) else match[0]

    return _known_names().sub(kept, claim)


def _inside_words(text: str) -> set[int]:
    """Places that are neither the beginning nor the end of a word of the dictionary."""
    return {place for start, word in words(text) for place in range(start + 1, start + len(word))}


def proper_names(source: Source, claim: str) -> Iterator[Hit]:
    """高盛 or 钉钉 where the source has neither the name, nor an alias, nor its English."""
    known = list(_known_names().finditer(claim))
    inside = _inside_words(claim) if known else ()
    found = {
        match[0] for match in known if match.start() not in inside and match.end() not in inside
    }
    for before, word, behind in tokens(_without_known(claim, source)):
        # With a single character beside it, it is a piece of a name that the dictionary lacks.
        alone = all(len(near) != 1 or near in _JOINED for near in (before, behind))
        if alone and is_name(word) and word not in _COMMON and word[-1] not in "月日节":
            found.add(word)
    for name in sorted(found):
        if not _named(name, source):
            yield "entity", name, ""


def _named(name: str, source: Source) -> bool:
    """Whether the source has a name, a pair of its characters, an alias or its English."""
    pairs = [name[place : place + 2] for place in range(len(name) - 1)]
    if any(pair in source.text for pair in pairs if pair not in _WEAK_PAIRS):
        return True
    terms = english(name)
    if any(all(part in source.stems for part in term) for term in terms):
        return True
    firsts = tuple(term[0] for term in terms if len(term) == 1 and len(term[0]) > _SHORT)
    if firsts and any(stem.startswith(firsts) for stem in source.stems):
        return True  # Platonic
    lowered = source.lowered
    others = _places().get(name, ())
    return _alias_there(name, source.text) or any(
        _written(other, source.text, lowered) for other in others
    )


_SHORT = 4
"""Letters up to which a name's stem may begin another word."""
_WEAK_PAIRS = frozenset(
    {"大学", "公司", "集团", "科技", "智能", "国际", "中国", "研究", "学院", "汽车", "资本"}
)
