"""A/A checks and planted harms: the gate's rates on an archive's own noise."""

from __future__ import annotations

import random

import pytest

from summarizer.document import Document
from summarizer_eval.calibration import Triples, suggest
from summarizer_eval.gate import Gate
from summarizer_eval.harms import half, standard_harms, without_a_sentence, wrong_digit


def archive(sources: int, *, noise: int) -> list[Document]:
    """Sources with three summaries; `noise` of their eight sentences are each summary's own."""
    dice = random.Random(1)
    documents = []
    for number in range(sources):
        facts = [f"第{number}项工程用了{dice.randint(10, 99)}天第{k}段完工。" for k in range(12)]
        source = "".join(facts)
        for version in range(3):
            chosen = facts[:8]
            for place in dice.sample(range(8), noise):
                chosen[place] = facts[8 + (place + version) % 4]
            name = f"{number}-{version}.md"
            documents.append(
                Document(name, name, f"https://example.org/{number}", "", {}, source, source,
                         "".join(chosen), "0", None)
            )  # fmt: skip
    return documents


def test_harms_do_what_they_say() -> None:
    """One digit, half the text, one sentence; what cannot be harmed comes back as it is."""
    dice = random.Random(0)
    text = "共有120人参加。历时3.5小时！很成功。"
    changed = wrong_digit(text, dice)
    assert len(changed) == len(text)
    assert sum(a != b for a, b in zip(text, changed, strict=True)) == 1
    assert half(text, dice) == text[: len(text) // 2]
    assert len(without_a_sentence(text, dice)) < len(text)
    assert wrong_digit("没有数字。", dice) == "没有数字。"
    assert without_a_sentence("只有一句。", dice) == "只有一句。"
    (swap,) = [harm for harm in standard_harms(["另一篇"]) if "swapped" in harm.name]
    assert swap.plant(text, dice) == "另一篇"


@pytest.mark.slow
def test_unchanged_passes_and_harm_is_found() -> None:
    """Quiet archives pass A/A and find cut summaries; rates sum to one."""
    triples = Triples(archive(30, noise=1), gate=Gate())
    assert len(triples) == 30
    calm = triples.rates(60, draws=60)
    assert calm.passed + calm.regressed + calm.inconclusive == pytest.approx(1)
    assert calm.passed > 0.9
    cut = triples.rates(60, draws=60, harmed=triples.harmed(half), share=0.3)
    assert cut.regressed > 0.9


@pytest.mark.slow
def test_a_size_is_suggested_with_what_it_finds() -> None:
    """Noise asks for more documents; few sources give the usual size and no figures."""
    calm, loud = suggest(archive(24, noise=1)), suggest(archive(24, noise=6))
    assert calm.size <= loud.size
    assert dict(calm.found)["one sentence dropped everywhere"] > 0.9
    few = suggest(archive(5, noise=1))
    assert (few.size, few.found) == (120, ())
