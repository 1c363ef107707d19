"""A claim that denies what its source affirms: 无法提升 where the source says improves.

The negation of a claim must have a root in the sentences that the claim speaks of: a negation, or
a word that implies one (lack, limited, avoid, 难以, 缺乏). The list of roots is wide on purpose: a
summary is free to say "is not limited" for "is open".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer_eval.claims.detectors import Hit, Source

__all__ = ["denials", "superlatives"]

_DENIAL = re.compile(
    r"(?P<verb>无法|不能|不会|没有|并未|未能|尚未|暂不|暂未|不支持|不再|无需|无须|不需|不用|不必|不是|并非|而非|"
    r"不使用|不采用|不涉及|不包含|不提供|不要求|不允许|不影响|不适[用合]|不属于|并不|仍不|还不|都不|也不|从不|"
    r"拒绝|禁止|停止)|"
    r"(?<![前毫独从有绝])(?:不(?![仅但断只同光单可或错妨足均]|论|管|过[，,]|少(?!于)|久|一[，,。]?$)|"
    r"无(?!人[机驾车]|论|锡|线|疑|缝|障碍|数|限|监督)|未(?!来|知|解)|没|难以|缺乏)"
)
_ROOT = re.compile(
    r"[不无未没非难缺免仅只别勿拒禁避防停限失障零差低少弱反否劣独异忽漏欠暂尚]|摆脱|脱离|替代|代替|取代|告别|"
    r"而是|远离|唯一|空白|瓶颈|"
    r"\bnot?\b|n't|n’t|\bnon|without|never|\bun[a-z]{3}|\bin[a-z]+(?:able|ible|cient|quate|plete|"
    r"accura|variant|depend|sensi)|\bim[a-z]{4}|\bir[a-z]{4}|fail|lack|limit|hard|difficult|challeng|"
    r"less\b|lessly|free\b|avoid|\bonly\b|neither|none\b|\bnor\b|struggl|poor|\blow|hinder|prevent|ignor|overlook|"
    r"gap|problem|issue|beyond|bottleneck|insufficien|scarc|rare|\bfew|absen|miss|reduc|eliminat|"
    r"remov|minim|independen|agnostic|zero|outside|exclu|restrict|refus|den(?:y|ied)|impossib|weak|"
    r"short|invalid|\bdis[a-z]{4}|\bmis[a-z]{4}|mitigat|threat|risk|unlike|except|exceed|rather|instead|loss|lose|"
    r"replac|bypass|automat|direct|cannot|can't|wont|短板|诟病|困扰|挑战|灰色|关闭|不?均衡",
    re.IGNORECASE,
)
_NEAR = 0.8
"""Sentences whose score is at least this share of the best one's are spoken of too."""


def denials(source: Source, claim: str) -> Iterator[Hit]:
    """A negation where the sentences that the claim speaks of have nothing like one."""
    match = _DENIAL.search(claim)
    if match is None:
        return
    aligned = source.aligned.align(claim)
    if not aligned:
        return
    near = _NEAR * aligned[0][0]
    spoken_of = [sentence for score, sentence in aligned if score >= near]
    if not any(_ROOT.search(sentence.text) for sentence in spoken_of):
        said = claim[match.start() : match.end() + 6]
        yield "relation", said, aligned[0][1].text[:60]


_SUPERLATIVE = re.compile(
    r"最(?!终|近|后|新|初|多(?!的)|早|少|优化|佳实践|高(?=达?\d)|低(?=至?\d))[\u4e00-\u9fff]|首位|"
    r"第一(?!步|次|阶段|个|作者|性|手|人称|时间|代|轮|款|层|类|项|部|章|[,，])|唯一|榜首|全球首|世界首|"
    r"首创|首个|首次|首款|首家|史上|空前"
)
_HIGHEST = re.compile(
    r"最|首|第一|唯一|No\.? ?1|榜|冠|TOP|顶|极|超|史上|前所未有|空前|独|率先|\b(?:first|most|best|top|only|"
    r"unprecedent\w*|novel|state-of-the-art|SOTA|leading|sole|unique\w*|pioneer\w*|never|histor\w*)\b|"
    r"\w{3,}est\b|maxim|minim|optim",
    re.IGNORECASE,
)


def superlatives(source: Source, claim: str) -> Iterator[Hit]:
    """占比最高 where the sentences spoken of say nothing of a highest, first or only one."""
    match = _SUPERLATIVE.search(claim)
    if match is None or claim[max(0, match.start() - 1) : match.start()] == "历":
        return
    spoken_of = source.spoken_of(claim)
    if spoken_of and not _HIGHEST.search(spoken_of):
        yield "relation", claim[max(0, match.start() - 4) : match.end()], ""
