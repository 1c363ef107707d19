"""A/A checks and planted harms: the gate's rates on an archive's own noise."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from summarizer.document import Document
from summarizer_eval.calibration import Triples
from summarizer_eval.gate import DEFAULT_MARGINS, Gate
from summarizer_eval.harms import half, standard_harms, without_a_sentence, wrong_digit
from summarizer_eval.sizing import POWER, named_size, suggest, widened


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
    """Harms have a size and metrics their noise; few sources give the usual size, no figures."""
    calm = suggest(archive(24, noise=1))
    assert calm.size == 30
    assert dict(calm.found)["one sentence dropped everywhere"] == 30
    assert 0 < calm.noise["rouge1"] < Triples(archive(24, noise=6)).noise()["rouge1"]
    few = suggest(archive(5, noise=1))
    assert (few.size, few.found, few.margins) == (120, (), DEFAULT_MARGINS)


@pytest.mark.slow
def test_a_named_size_keeps_its_promise() -> None:
    """At the size that is named the harm is found as often as is said, in fresh draws."""
    documents = archive(30, noise=2)
    [cut] = [h for h in standard_harms(d.reference for d in documents) if h.name.startswith("30%")]
    size = named_size(Triples(documents, seed=1), cut)
    assert size is not None
    fresh = Triples(documents, seed=2)
    rates = fresh.rates(size, draws=200, harmed=fresh.harmed(cut.plant), share=cut.share)
    assert rates.regressed >= POWER
    harmless = replace(cut, plant=lambda text, dice: text, name="nothing")
    assert named_size(Triples(documents, seed=1), harmless, draws=40) is None


def test_summaries_are_cleaned_up_as_replies_are() -> None:
    """A stored length note is no number from nowhere: no run would hold it."""
    noted = [
        replace(d, stored_summary=f"{d.stored_summary}（{90 + n % 9}字）")
        for n, d in enumerate(archive(4, noise=1))
    ]
    assert Triples(noted).noise()["unseen_number"] == 0


def test_margins_are_widened_where_noise_hides_them() -> None:
    """Quiet archives keep the usual margins; a loud one gets what its size can show."""
    assert widened({"rouge1": 0.05}, 120) == DEFAULT_MARGINS
    # 2 × 1.645 × .2 / √120 = .0601
    assert widened({"rouge1": 0.2}, 120) == {**DEFAULT_MARGINS, "rouge1": 0.07}


def test_random_documents_hold_the_sources_that_are_needed() -> None:
    """Three files of each source: more than 20 files for 20 sources, all where there are fewer."""
    documents = archive(30, noise=1)
    number = replace(suggest(archive(5, noise=1)), size=20).documents_for(documents)
    assert 20 < number < len(documents)
    assert replace(suggest(archive(5, noise=1)), size=99).documents_for(documents) == 90
