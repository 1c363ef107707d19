"""The embedded checker finds what it says it finds, and lets true claims pass."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from summarizer_eval.claims import SourceDocument, check_claims
from summarizer_eval.claims.detectors import DETECTORS, SENTENCE_DETECTORS
from summarizer_eval.claims.quantities import agree, chinese_value, quantities
from summarizer_eval.claims.rules import RulesChecker

ZH = (
    "青石大学的团队上周发布了翻译模型Heron。训练用了12个月，共处理3.2亿句对话。第三届翻译峰会上，"
    "他们在4月18日公布了四项测试：错误率降低48.1%，速度是上一代的5倍，8步即可部署，需要2小时。工厂在越南，"
    "收录50句常用语，售价300元。"
)
EN = (
    "Last week, on April 18, the team at Tsinghua released Heron, trained for 12 months on 320 "
    "million dialogues. "
    "It cuts errors by 48.1%, runs 5 times faster than its predecessor and deploys in 8 steps. "
    "The study covers six case studies in Vietnam and costs $300."
)


EVERY = frozenset([*DETECTORS, *SENTENCE_DETECTORS])


def flagged(source: str, summary: str, only: str | None = None) -> bool:
    """Whether a claim is flagged; with `only`, by this detector alone, or by numbers and names."""
    without = EVERY - {only} if only is not None else ()
    report = RulesChecker(without=without).check(SourceDocument(source), summary)
    return any(claim.verdict in ("contradicted", "unsupported") for claim in report.claims)


@pytest.mark.parametrize(
    "summary",
    [
        "Heron的错误率降低48.1%。", "训练历时1年。", "处理3.2亿句对话。", "速度提升到5倍。",
        "部署只需8步，约2小时。", "在第三届翻译峰会上公布四项测试。", "工厂位于越南。",
        "青石大学发布Heron。", "4月公布。", "上周发布。", "售价300元，收录50句。",
        "共处理320 million句。",
    ],
)  # fmt: skip
def test_true_claims_of_a_chinese_source_pass(summary: str) -> None:
    """Paraphrase, conversion of units and rounding raise no alarm."""
    assert not flagged(ZH, summary)


@pytest.mark.parametrize(
    ("summary", "detector"),
    [
        ("错误率降低46.1%。", None),
        ("处理3200万句对话。", None),
        ("速度提升5%。", None),
        ("平均提升48.1倍。", None),
        ("部署只需8分钟。", "unit"),
        ("训练用了12周。", "unit"),
        ("部署需要2天。", "unit"),
        ("收录50类常用语。", "classifier"),
        ("公布了五项测试。", "count"),
        ("在第二届翻译峰会上公布。", "count"),
        ("上月发布。", "relative-date"),
        ("5月18日公布。", "calendar"),
        ("工厂位于印度。", "place"),
        ("白鹭大学发布Heron。", "institution"),
        ("由GPT-7驱动。", None),
    ],
)
def test_wrong_claims_are_found_by_their_detector(summary: str, detector: str | None) -> None:
    """Each wrong edit is flagged, by the detector that is there for it and not by numbers alone."""
    assert flagged(ZH, summary)
    if detector is not None:
        assert flagged(ZH, summary, detector)
        assert not flagged(ZH, summary, "")


@pytest.mark.parametrize(
    ("summary", "wrong"),
    [
        ("训练了12个月，用3.2亿段对话。", False),
        ("错误减少48.1%，成本300美元。", False),
        ("上周由清华大学发布。", False),
        ("研究涵盖越南的六个案例。", False),
        ("研究历时6年。", True),
        ("于4月18日发布。", False),
        ("于3月发布。", True),
        ("上个月由清华大学发布。", True),
        ("错误减少41.8%。", True),
        ("研究涵盖印度的案例。", True),
    ],
)
def test_claims_across_languages(summary: str, wrong: bool) -> None:
    """A Chinese summary is checked against an English source."""
    assert flagged(EN, summary) == wrong


def test_every_detector_can_be_left_out() -> None:
    """Without all detectors plain numbers and names remain."""
    assert not flagged(ZH, "工厂位于印度，公布了五项测试。", "")
    assert flagged(ZH, "错误率降低46.1%。", "")


def test_spans_are_exact() -> None:
    """Claim and evidence offsets cut exactly the text that they name."""
    summary = "• Heron的错误率降低48.1%，速度提升5倍。\n• 由GPT-7驱动（99字）"
    report = check_claims(ZH, summary)
    assert [summary[claim.start : claim.end] for claim in report.claims] == [
        claim.text for claim in report.claims
    ]
    for claim in report.claims:
        for item in claim.evidence:
            assert item.place != "source" or ZH[item.start : item.end] == item.text


@settings(max_examples=200)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_is_accepted(source: str, summary: str) -> None:
    """No text breaks the checker; a summary that is its source holds no flagged claim."""
    check_claims(source, summary)
    report = check_claims(summary, summary)
    assert report.count("contradicted") == 0


@given(st.integers(13, 10**9))
@example(1929)  # also a year
def test_numbers_are_read_alike_in_every_notation(value: int) -> None:
    """1234567, 1,234,567 and 123.4567万 are one number."""
    forms = [f"{value} km", f"{value:,} km", f"{value / 10**4:.4f}万 km"]
    found = [quantities(form)[0] for form in forms]
    assert all(other.value == pytest.approx(value) for other in found)
    assert all(agree(found[0], other) for other in found)


@pytest.mark.parametrize(
    ("text", "value"),
    [("三", 3), ("十二", 12), ("二十", 20), ("一百零五", 105), ("两千三百", 2300), ("42", 42)],
)
def test_chinese_numerals(text: str, value: int) -> None:
    """Numerals as they are spoken."""
    assert chinese_value(text) == value


@pytest.mark.parametrize(
    ("source", "wrong", "right", "detector"),
    [
        ("Heron outperforms Crane on all tests.", "Heron落后于Crane。", "Heron优于Crane。",
         "opposite"),
        ("Heron outperforms Crane.", "Heron与Crane基本持平。", "Heron超越Crane。", "opposite"),
        ("The schedule accelerates convergence.", "该方法会减慢收敛。", "该方法能加速收敛。",
         "opposite"),
        ("Heron is a training-free framework.", "Heron需专门训练。", "Heron无需训练。", "opposite"),
        ("Income increased by a lot.", "Income decreased by a lot.", "Income rose by a lot.",
         "opposite"),
        ("Heron surpasses Crane.", "Heron is inferior to Crane.", "Heron beats Crane.", "opposite"),
        ("The success rate is below 50%.", "错误率不足50%。", "成功率不足50%。", "opposite"),
        ("Code and data will be made publicly available.", "代码和数据暂不公开。",
         "代码和数据将公开。", "opposite"),
        ("It is one order of magnitude more precise.", "精度提高了两个数量级。",
         "精度提高了一个数量级。", "counted-noun"),
        ("The pipeline has three training stages and uses the labels of experts.",
         "流程包括五个阶段。", "流程包括三个阶段。", "counted-noun"),
        ("谷歌以27亿美元买回了它。", "谷歌以27亿元买回了它。", "谷歌以27亿美元买回了它。", "unit"),
        ("At 357.971 nm the signal is strong.", "在357.971 μm处信号很强。",
         "在357.971 nm处信号很强。", "unit"),
        ("全程21.0975公里，很多人参加。", "全程21英里。", "全程21公里。", "unit"),
        ("只需8步就能完成【图8】\n8️⃣ 收尾。", "8分钟完成。", "8步完成。", "unit"),
        ("数据集约1万道题，10种题型。", "数据集约10万道题。", "数据集约1万道题。", None),
        ("上证指数收涨1.24%，报4599点。", "上证指数跌1.24%。", "上证指数涨1.24%。", "direction"),
        ("It reduces the error rate by 48.1%.", "错误率上升48.1%。", "错误率下降48.1%。",
         "direction"),
        ("客队以3-0取胜。", "客队以2-0获胜。", "客队3比0获胜。", "score"),
        ("该功能现已上线。", "该功能预计下月上线。", "该功能已上线。", "relative-date"),
    ],
)  # fmt: skip
def test_what_is_said_otherwise(source: str, wrong: str, right: str, detector: str | None) -> None:
    """Denied, exchanged for its opposite, counted or measured otherwise; the truth passes."""
    assert flagged(source, wrong)
    assert not flagged(source, right)
    if detector is not None:
        assert flagged(source, wrong, detector)
        assert not flagged(source, wrong, "")


@pytest.mark.parametrize(
    ("source", "summary"),
    [
        ("陶哲轩用Lean写下证明。", "Terence Tao用Lean写下证明。"),
        ("The encoder joins FastConformer with TDT.", "采用FastConformer+TDT架构。"),
        ("支持32位和64位的ARM处理器。", "支持32/64位ARM处理器。"),
        ("适合65岁以上老人。", "面向老人（65岁及以上）。"),
        ("British activists, led by Dr. Smith.", "U.K. activists were led by Dr. Smith."),
        ("The Sims community has a podcast.", "Ultimately, a Sims-focused podcast."),
        ("Save 10% in the first quarter.", "An added 10% off in both halves."),
        ("Income fell against last year.", "Income of this year fell compared to last year."),
        ("Earnings were $6.90 per share.", "It reported $6.90 in the quarter."),
        ("The accuracy drops\nby up to 23 points.", "准确率最多下降23个百分点。"),
        ("无需登录，无需付费。", "且无需登录、无需付费。"),
    ],
)
def test_other_ways_to_say_it(source: str, summary: str) -> None:
    """First names, joined names, slashes and translated places raise no alarm."""
    assert not flagged(source, summary)


@pytest.mark.parametrize("summary", ["错误率降低93%。", "Heron的错误率比Falcon-9低48.1%。"])
def test_what_is_missing_shows_where_it_would_stand(summary: str) -> None:
    """A number or name that the source lacks comes with the sentence that the claim speaks of."""
    claim = check_claims(EN, summary).claims[0]
    assert claim.verdict in ("unsupported", "contradicted")
    assert "cuts errors by 48.1%" in claim.evidence[0].text
