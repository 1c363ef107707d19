"""A claim that denies what its source affirms: 无法提升 where the source says improves.

The negation of a claim must have a root in the sentences that the claim speaks of: a negation, or
a word that implies one (lack, limited, avoid, 难以, 缺乏). The list of roots is wide on purpose: a
summary is free to say "is not limited" for "is open".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from summarizer_eval.claims.lexicon import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.source import Hit, Source

__all__ = ["affirmations", "denials"]

_DENIAL = re.compile(
    r"(?P<verb>(?P<flat>没有|并未|未能|尚未|未经|暂不|暂未|尚不|还不|并不|不支持|不存在|不具备|"
    r"不再|不是|并非|拒绝|禁止|停止|不会|尚无法|还无法|仍无法)|"
    r"无法|不能|无需|无须|不需|不用|不必|不够|"
    r"不使用|不采用|不涉及|不包含|不提供|不要求|不允许|不影响|不适[用合]|不属于|仍不|都不|也不|从不|"
    r"不可行|不可靠|不稳定|不安全|不成熟|不完整|不建议|不推荐|不依赖|难以|缺乏)|不(?!但|佳|确定|过[，,])|无(?!人[机驾车]|障碍|缝)|未|没"
)
# What holds one of the characters below and denies nothing.
_NO_ROOT = re.compile(
    r"会不会|能不能|是不是|要不要|可不可以|不[断仅同少但久过错妨只光单禁]|无[缝限数论线]|未来|[特识分区类级性]别|只要|反[馈应映]|独[立特]|预防|非常|"
    r"\b(?:address|tackle|solve)\w*\s+(?:this|these|the|such)\s+(?:issue|problem|challenge|gap|limitation)s?|"
    r"差异|少数|至少|不少|多少|减少|限时|期限|权限|上限|极限|只需|除了",
    re.IGNORECASE,
)
_ROOT = re.compile(
    r"[不无未没非难缺免仅只别勿拒禁避防停障零差低弱反否劣忽漏欠暂尚]|摆脱|脱离|替代|代替|取代|告别|而是|"
    r"远离|唯一|空白|瓶颈|短板|诟病|困扰|灰色|关闭|均衡|失败|失去|限制|有限|局限|"
    r"\b(?:no|not|non\w*|nor|none|neither|never|cannot|without|few|only|rare|rarely|rather|instead|"
    r"zero|issues?|gaps?|low|lower|free|loss|lose|losing|out of|avoid\w*|unlike|hard(?!ware)|"
    r"irre\w+|irr?eg\w+)\b|n't|n’t|-free|(?<!seam)(?<!wire)(?<!regard)(?<!un)less\b|wont|"
    r"\bun(?!i|der|til|to|ion|ve|lo|ce\b)[a-z]{3}|\bin(?:abil|accu|ade|cap|civ|cohe|comp(?:l|a)et|consis|"
    r"correct|depend|direct|effec|effic|equal|equit|feas|flex|secur|sens|suffi|vari|visib|comple)|"
    r"\bim(?:possib|per|practic|bal|precis|mun)|\bdis(?:ab|adv|agr|app|card|con|miss|prov|rup|sat|tort|reg)|"
    r"\bmis[a-z]{4}|fail|\black|limit|difficult|challeng|struggl|poor|hinder|prevent|ignor|overlook|problem|"
    r"beyond|bottleneck|scarc|absen|\bmiss|reduc|eliminat|remov|minim|agnostic|outside|exclu|restrict|"
    r"refus|\bden(?:y|ied)|weak|short|mitigat|threat|\brisk|except|exceed|replac|bypass|decoupl|"
    r"unsuper|unlabel",
    re.IGNORECASE,
)
# What makes less of a thing, or speaks of its faults, denies nothing flatly.
_LESS = re.compile(
    r"reduc\w*|eliminat\w*|remov\w*|minim\w*|\blow\w*|mitigat\w*|threat\w*|\brisk\w*|replac\w*|"
    r"bypass\w*|decoupl\w*|\bfree|\bzero|except\w*|beyond|outside|\b[a-z]{2,20}less\b|\bnon\w*|"
    r"\bloss|\blos[ei]\w*|problem\w*|\bissues?\b|\bgaps?\b|challeng\w*|agnostic|\bonly\b|short\w*|"
    r"[仅只反弱低差零]|瓶颈|困扰|而是|替代|代替|取代|摆脱|脱离|唯一|空白|均衡|非线性|限制|有限",
    re.IGNORECASE,
)
_ONLY = re.compile(r"[仅只]|\bonly\b|\bsolely\b", re.IGNORECASE)
_NON = re.compile(r"\bnon\w*|非", re.IGNORECASE)
_NEAR = 0.7
"""Sentences whose score is at least this share of the best one's are spoken of too."""


def denials(source: Source, claim: str) -> Iterator[Hit]:
    """A negation where the sentences that the claim speaks of have nothing like one."""
    match = _denial(claim)
    if match is None:
        return
    texts = source.clauses if source.chinese else source.aligned
    aligned = texts.align(claim)
    if not aligned:
        return
    near = _NEAR * aligned[0][0]
    spoken_of = [sentence for score, sentence in aligned if score >= near]
    # What a title or a question asks, another sentence answers.
    asking = [sentence for sentence in spoken_of if sentence.text.rstrip().endswith(("?", "？"))]
    if asking:
        spoken_of = [sentence for _, sentence in aligned]
    spoken_of += [sentence for _, sentence in texts.align(claim[match.start() :], 1)]
    context = "，".join(
        f"{texts.before(item) if source.chinese else ''}，{item.text}" for item in spoken_of
    )
    for _, word in words(claim):  # 降低 denies nothing where the claim has it too
        context = context.replace(word, "") if _DENIAL.search(word) is None else context
    rest = claim[: match.start()] + claim[match.end() :]
    if "仅" in rest or "只" in rest:
        context = _ONLY.sub("", context)
    if "非" in rest:  # 非凸: non-convex
        context = _NON.sub("", context)
    if match["flat"]:
        context = _LESS.sub("", context)
    if not _ROOT.search(_NO_ROOT.sub("", context)):
        said = claim[match.start() : match.end() + 6]
        yield "relation", said, aligned[0][1].text[:60]


def _denial(claim: str) -> re.Match[str] | None:
    """The first negation that is no part of a word, as it is in 不同, 无限 and 未来."""
    inside = {place for start, word in words(claim) for place in range(start, start + len(word))}
    for match in _DENIAL.finditer(claim):
        if match["verb"] or match.start() not in inside:
            return match
    return None


_DENIED_BEFORE = re.compile(
    r"(?:无需|无须|不用|不需要?|不必|免|没有|没|不|未|无法|不能|拒绝|禁止|停止|难以?|尚未|并未|不再|缺乏)[^，,。；;：:、\n]{0,5}$"
)


_ASSERTED = re.compile(r"(?:需要?|须|必须|要求|支持|允许|可以|能够)先?(?=[\u4e00-\u9fff])")


def affirmations(source: Source, claim: str) -> Iterator[Hit]:
    """须下载 where the source has only 无需下载: what it never has without a denial."""
    if not source.chinese or _ROOT.search(_NO_ROOT.sub("", claim)):
        return
    for match in _ASSERTED.finditer(claim):
        word = next((word for _, word in words(claim[match.end() :][:6])), None)
        if word is None:
            continue
        places = [match.start() for match in re.finditer(re.escape(word), source.text)]
        if not places or len(places) > _MOST_DENIED:
            continue
        before = [source.text[max(0, place - 8) : place] for place in places]
        if all(_DENIED_BEFORE.search(_NO_ROOT.sub("##", text)) for text in before):
            yield (
                "relation",
                word,
                source.text[max(0, places[0] - 8) : places[0] + len(word)].strip(),
            )
            return


_MOST_DENIED = 3
"""Places of a word in the source above which some of them is affirmed in other words."""
