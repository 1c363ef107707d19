"""Tokens, prices, budget and replies: what a batch costs and what came back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from summarizer.budget import Budget
from summarizer.document import Document
from summarizer.errors import BudgetReached, InputError
from summarizer.estimate import estimate_request
from summarizer.models.base import Length, Reply, Request, Usage
from summarizer.models.extractive import LeadModel, LexRankModel
from summarizer.prices import Price, cost_usd, price_of, window_of
from summarizer.prompt import Prompt
from summarizer.regeneration import Options, regenerate
from summarizer.replies import understand
from summarizer.sentences import sentence_spans
from summarizer.tokens import count_text, fit

FREE = Prompt.parse("{{ source }}")
JSON = Prompt.parse("---\nformat: json\nsummary_field: summary\n---\n{{ source }}")


@pytest.mark.parametrize(
    ("usage", "price", "dollars"),
    [
        (Usage(1_000_000, 0), Price(2.0, 8.0), 2.0),
        (Usage(0, 500_000), Price(2.0, 8.0), 4.0),
        (Usage(1_000_000, 100_000, 400_000), Price(2.0, 8.0, 0.5), 1.2 + 0.2 + 0.8),
        (Usage(1_000_000, 0, 400_000), Price(2.0, 8.0), 2.0),
        (Usage(300_000, 0), Price(2.0, 8.0, None, 200_000, 4.0, 9.0), 1.2),
        (Usage(None, 5), Price(2.0, 8.0), None),
        (Usage(5, 5), None, None),
    ],
)
def test_costs_by_hand(usage: Usage, price: Price | None, dollars: float | None) -> None:
    """Input, cached input, output and long prompts, computed by hand; unknown stays unknown."""
    assert cost_usd(usage, price) == (None if dollars is None else pytest.approx(dollars))


def test_estimates() -> None:
    """High takes the longest answer allowed, low the length asked for; unknown is unknown."""
    cost = estimate_request(
        1000, "gpt-4.1-mini", params={"max_completion_tokens": 500}, length=Length(100)
    )
    assert (cost.answer_low, cost.answer_high) == (75, 500)
    assert cost.high_usd == pytest.approx(1000 * 0.4e-6 + 500 * 1.6e-6)
    assert estimate_request(1000, "no-such-model").high_usd is None
    assert price_of("no-such-model") is None


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1), st.integers(1, 60))
def test_a_budget_is_never_passed(seed: int, limit: float, calls: int) -> None:
    """Random orders of reserving and settling below the reservation keep within the limit."""
    dice, budget = random.Random(seed), Budget(limit)
    flying: list[tuple[int, float]] = []
    for _ in range(calls):
        price = dice.random() / 5
        with contextlib.suppress(BudgetReached):
            flying.append((budget.reserve(price), price))
        if flying and dice.random() < 0.5:
            token, reserved = flying.pop(dice.randrange(len(flying)))
            budget.settle(token, dice.choice([None, reserved * dice.random()]))
        assert budget.spent_usd + budget.in_flight_usd <= limit + 1e-6


def test_a_limit_needs_a_price() -> None:
    """Under --max-cost an unknown price is an error, not a free call."""
    with pytest.raises(InputError, match="unknown"):
        Budget(1.0).reserve(None)


class Metered:
    """A model whose answers take random times and cost random sums."""

    spec, name, endpoint, accepted = "scripted:metered", "metered", "scripted", None

    def __init__(self, dice: random.Random, most_tokens: int) -> None:
        self.dice, self.most_tokens = dice, most_tokens

    async def complete(self, request: Request) -> Reply:
        await asyncio.sleep(self.dice.random() / 500)
        usage = Usage(1, self.dice.randint(0, self.most_tokens))
        return Reply("摘要。", {"text": "摘要。"}, "stop", usage=usage, model=self.name)

    async def aclose(self) -> None:
        pass


@pytest.fixture
def own_prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "models.json"
    path.write_text('{"models": {"metered": {"input": 1, "output": 1000, "context_window": 9000}}}')
    monkeypatch.setenv("SUMMARIZER_MODELS", str(path))
    return path


def test_a_users_table_goes_first(own_prices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that the shipped table lacks, and other prices for those it has; faults are named."""
    assert price_of("openai:metered") == Price(1, 1000)
    assert window_of("metered") == 9000
    shipped = price_of("gpt-4.1-mini")
    other = own_prices.with_name("other.json")
    other.write_text('{"models": {"gpt-4.1-mini": {"input": 9, "output": 9}}}')
    monkeypatch.setenv("SUMMARIZER_MODELS", str(other))
    assert price_of("gpt-4.1-mini") == Price(9, 9) != shipped
    for number, text in enumerate(['{"models": []}', '{"models": {"m": {"input": -1}}}', "{"]):
        bad = own_prices.with_name(f"bad{number}.json")
        bad.write_text(text)
        monkeypatch.setenv("SUMMARIZER_MODELS", str(bad))
        with pytest.raises(InputError, match=f"bad{number}"):
            price_of("m")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**6), calls=st.floats(0.5, 25), concurrency=st.integers(1, 12),
    factor=st.sampled_from([0.2, 1.0, 2.0]),
)  # fmt: skip
def test_max_cost_holds_under_concurrency(
    own_prices: Path, seed: int, calls: float, concurrency: int, factor: float
) -> None:
    """Random latencies and prices: never above the limit by more than the overruns in flight.

    And never given up early: where the batch stops, there is no room for one more reservation.
    """
    prompt = Prompt.parse("---\nparams: {max_completion_tokens: 100}\n---\n{{ source }}")
    model = Metered(random.Random(seed), round(100 * factor))
    documents = [
        Document(f"{n}", f"{n}", None, "", {}, "", f"第{n}篇。", None, "", None) for n in range(20)
    ]
    reservation = 100 * 1000 / 1e6
    limit = calls * reservation
    with tempfile.TemporaryDirectory() as folder:
        (outcome,) = regenerate(
            documents, prompts=[prompt], models=[model], out=f"{folder}/run",
            options=Options(concurrency=concurrency, max_cost_usd=limit),
        )  # fmt: skip
    spent = outcome.totals.cost_usd or 0.0
    overrun = max(0.0, factor - 1) * reservation * 2 * concurrency
    assert spent <= limit + overrun + 1e-6
    if outcome.error is None:
        assert outcome.totals.asked == 20
    else:
        assert isinstance(outcome.error, BudgetReached)
        assert spent + reservation + 1e-3 > limit


@pytest.mark.parametrize(
    ("reply", "prompt", "status", "summary", "cleanup"),
    [
        (Reply("摘要正文。"), FREE, "ok", "摘要正文。", ()),
        (Reply("<think>嗯</think>\n以下是摘要：正文。（99字）"), FREE, "ok", "正文。",
         ("think-tags", "lead-in", "length-note")),
        (Reply("```\n正文。\n```"), FREE, "ok", "正文。", ("code-fence",)),
        (Reply("  "), FREE, "empty", None, ()),
        (Reply(None), FREE, "empty", None, ()),
        (Reply("<think>没完", finish_reason="length"), FREE, "length", None, ("think-tags",)),
        (Reply("半句", finish_reason="length"), FREE, "length", "半句", ()),
        (Reply("x", finish_reason="content_filter"), FREE, "filtered", None, ()),
        (Reply(None, refusal="no"), FREE, "refused", None, ()),
        (Reply("抱歉，我无法总结这段内容。"), FREE, "refused", None, ()),
        (Reply('```json\n{"summary": "正文。"}\n```'), JSON, "ok", "正文。",
         ("code-fence", "json-field")),
        (Reply("正文"), JSON, "error", None, ()),
        (Reply('{"other": 1}'), JSON, "error", None, ()),
    ],
)  # fmt: skip
def test_replies_are_told_apart(
    reply: Reply, prompt: Prompt, status: str, summary: str | None, cleanup: tuple[str, ...]
) -> None:
    """Each kind of answer has its status, and each clean-up its name."""
    got = understand(reply, prompt)
    assert (got.status, got.summary, got.cleanup) == (status, summary, cleanup)


def test_counting_needs_no_network_and_keeps_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """Known models are counted exactly from our own ranks; the user's setting stays."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert (count_text("hello world", "gpt-4o").tokens, count_text("hi", "gpt-4").exact) == (
        2,
        True,
    )
    assert count_text("hi", "qwen-plus").exact is False
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(tmp_path)


def test_a_long_source_is_cut_at_a_sentence_end() -> None:
    """What is sent fits the window, ends a sentence, and the cut says how much it is."""
    document = Document("a", "a", None, "", {}, "", "第一句话有意思。" * 300, None, "", None)
    fitted = fit(FREE, document, "gpt-4o", 500, 100)
    assert fitted.tokens <= 400
    assert fitted.source_text.endswith("。")
    assert fitted.cut is not None
    assert fitted.cut.kept < fitted.cut.of
    assert fit(FREE, document, "gpt-4o", None).cut is None


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab.。！ \n我1", max_size=80))
def test_sentences_lose_nothing(text: str) -> None:
    """Between the sentences there is white space only."""
    covered = {place for start, end in sentence_spans(text) for place in range(start, end)}
    assert all(text[place].isspace() for place in set(range(len(text))) - covered)


def test_embedded_models_keep_the_length_and_the_order() -> None:
    """Whole sentences of the source, in its order, within the prompt's maximum."""
    text = "甲队赢了比赛。乙队在比赛中输给甲队。今天天气很好。甲队的比赛得分是三比一。"
    assert LeadModel().summarize(text, Length(7, maximum=8)) == "甲队赢了比赛。"
    got = LexRankModel().summarize(text, Length(20, maximum=30))
    assert len(got) <= 30
    parts = got.split("。")[:-1]
    assert parts == sorted(parts, key=text.index)
    assert "天气" not in got
    assert LexRankModel().summarize("") == ""
