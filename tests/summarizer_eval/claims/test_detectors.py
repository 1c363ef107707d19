"""Each detector finds its kind of wrong claim by itself, and lets the true one pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer_eval.claims import SourceDocument
from summarizer_eval.claims.alignment import AlignedSource
from summarizer_eval.claims.detectors import (
    CONTRADICTING,
    DETECTORS,
    SENTENCE_DETECTORS,
    SUMMARY_DETECTORS,
)
from summarizer_eval.claims.glossary import entry
from summarizer_eval.claims.lexicon import chinese, english, is_name, stem, words
from summarizer_eval.claims.places import Places, placed_words
from summarizer_eval.claims.quantities import agree, quantities
from summarizer_eval.claims.rules import RulesChecker
from summarizer_eval.claims.source import Source

EVERY = frozenset([*DETECTORS, *SENTENCE_DETECTORS, *SUMMARY_DETECTORS])
FLAGS = ("contradicted", "unsupported")


def by(detector: str, source: str, summary: str) -> bool:
    """Whether a claim is flagged by this detector alone."""
    report = RulesChecker(without=EVERY - {detector}).check(SourceDocument(source), summary)
    return any(
        claim.verdict in FLAGS and claim.checker.endswith(f":{detector}") for claim in report.claims
    )


def flagged(source: str, summary: str) -> list[str]:
    report = RulesChecker().check(SourceDocument(source), summary)
    return [f"{claim.text}: {claim.reason}" for claim in report.claims if claim.verdict in FLAGS]


NEWS = (
    "鹭岛科技发布了语音模型Suona，支持12种方言，一共收录3万条录音，由三个模块组成。它完全开源，无需注册就能下载。"
    "相关论文昨天被会议录用，团队已经在杭州开通了演示站点。\n"
    "编码器负责压缩语音，解码器负责还原语音。\n公司计划明年推出英文版。\n"
    "网友说，上百万人看过演示。"
)
PAPER = (
    "We present Suona, a speech model that outperforms strong baselines in recall on twelve tasks. "
    "Training on 5,000 conversations of patients improves robustness in hospitals. "
    "The model lets doctors transcribe visits without supervision. "
    "Upregulation of the gene was observed in mice."
)


CASES = [
    ("denial", NEWS, "Suona不支持方言。", "Suona支持方言。"),
    ("denial", PAPER, "用5,000段对话训练未能提升鲁棒性。", "用5,000段对话训练提升了鲁棒性。"),
    ("affirmation", NEWS, "用户须注册。", "用户无需注册。"),
    ("tense", NEWS, "团队即将在杭州开通演示站点。", "团队在杭州开通了演示站点。"),
    ("antonym", PAPER, "观察到基因下调。", "观察到基因上调。"),
    ("kind", PAPER, "在12项任务的准确率上优于基线。", "在12项任务的召回率上优于基线。"),
    ("fact", NEWS, "该公司已获批。", "该公司发布了模型。"),
    ("proper-name", NEWS, "华为发布了语音模型。", "鹭岛科技发布了语音模型。"),
    ("proper-name", PAPER, "由爱因斯坦提出。", "由作者提出。"),
    ("counted-thing", PAPER, "在5000份病历上训练。", "在5000段对话上训练。"),
    ("measured", "公司发行3.5亿美元的债券。", "公司发行3.5亿股。", "公司发行3.5亿美元债券。"),
    ("small-count", NEWS, "由五个模块组成。", "由三个模块组成。"),
    ("aligned-count", NEWS + "第五章有五个例子。", "由五个模块组成。", "由三个模块组成。"),
    ("scale", NEWS, "上亿人看过演示。", "上百万人看过演示。"),
    ("institution", NEWS, "由白鹭大学开发。", "由鹭岛科技开发。"),
    ("exchange", NEWS, "解码器负责压缩语音，编码器负责还原语音。",
     "编码器负责压缩语音，解码器负责还原语音。"),
    ("exchange", "网站从文字转向了语音。", "网站从语音转向了文字。", "网站从文字转向了语音。"),
    ("exchange", "The tool converts images into code.", "该工具将代码转换为图像。",
     "该工具将图像转换为代码。"),
    ("ordinal", NEWS, "Suona是该公司的第三款模型，首次支持方言。", "Suona是该公司的模型。"),
    ("term", PAPER, "用向量数据库提升鲁棒性。", "用患者对话提升鲁棒性。"),
    ("term", NEWS, "Suona由上海的律师测试。", "Suona收录了录音。"),
    ("counted-term", PAPER, "对话来自5000家企业。", "用5000段对话训练。"),
    ("upper-bound", "It cuts the time by up to 60% and the memory by 10%.", "时间减少60%。",
     "时间最多减少60%，内存减少10%。"),
    ("upper-bound", "错误率最多降低60%。", "错误率降低60%。", "错误率最高降低60%。"),
    ("listed", NEWS, "它由四个模块组成：1)编码器；2)解码器；3)语音模型。",
     "它由三个模块组成：1)编码器；2)解码器；3)语音模型。"),
    ("listed", NEWS, "它由四个模块（编码器、解码器和语音模型）组成。",
     "它由三个模块（编码器、解码器和语音模型）组成。"),
    ("every", "团队每两个月更新一次模型，" + NEWS, "团队每两年更新一次模型。",
     "团队每两个月更新一次模型。"),
]  # fmt: skip
ELSEWHERE = {
    "calendar", "classifier", "count", "counted-noun", "direction", "opposite", "place",
    "relative-date", "score", "unit",
}  # fmt: skip
"""Detectors whose cases stand in `test_rules.py`."""


@pytest.mark.parametrize(("detector", "source", "wrong", "right"), CASES)
def test_each_detector_by_itself(detector: str, source: str, wrong: str, right: str) -> None:
    """The wrong claim is found by the detector alone; the true one passes all of them."""
    assert by(detector, source, wrong)
    assert flagged(source, right) == []


@pytest.mark.parametrize(
    ("source", "summary", "wrong"),
    [
        ("代码在【网页链接】。", "官网：suona.top", True),
        ("代码在【网页链接】。", "代码：https://suona.example.org/code", True),
        ("代码在suona.top。", "官网：https://www.suona.top/", False),
        ("Suona是鹭岛科技的语音模型。", "访问Suona.com即可试用。", False),
    ],
)
def test_an_address_stands_in_the_text_or_its_site_is_known_by_name(
    source: str, summary: str, wrong: bool
) -> None:
    """An address is easily made up: what nothing in the source shows is unsupported."""
    assert bool(flagged(source, summary)) is wrong


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("o3", "GPT-3"),
        ("o4-mini", "GPT-4-mini"),
        ("GPT-4", "GPT-4o"),
        ("GPT-4o", "GPT-4"),
        ("GPT-4o", "GPT-4o mini"),
        ("o3", "o3mini"),
        ("OpenAI", "OpenAIPro"),
        ("Qwen2.5-72B", "Qwen2.5-7B"),
    ],
)
@pytest.mark.parametrize("source", ["We use {} for it.", "我们用{}评估。"])
def test_another_model_is_another_name(source: str, there: str, said: str) -> None:
    """Names that share a part, or to which a size is glued, are compared whole."""
    summary = "他们使用{}评估。"
    assert flagged(source.format(there), summary.format(there)) == []
    assert flagged(source.format(there), summary.format(said)) != []


SAVED = "2025-05-20"


@pytest.mark.parametrize(
    ("source", "summary", "wrong"),
    [
        ("It ships next month.", "将于6月发货。", False),
        ("It ships next month; the preview was on 3 March.", "将于6月发货，3月3日预告。", False),
        ("It ships next month; the preview was on 3 March.", "将于7月发货。", True),
        ("昨天发布，3月5日预告。", "5月19日发布，3月5日预告。", False),
        ("昨天发布，3月5日预告。", "5月29日发布。", True),
        ("上周发布，3月5日预告。", "5月13日发布。", False),
        ("已经发布，可以下载。", "5月20日发布。", False),
        ("已经发布，可以下载。", "4月发布。", False),
    ],
)
def test_months_and_days_are_meant_by_the_date_of_the_document(
    source: str, summary: str, wrong: bool
) -> None:
    """Next month of a document of May is June; the day it was saved is no rival of another."""
    report = RulesChecker().check(SourceDocument(source, date=SAVED), summary)
    assert any(claim.verdict in FLAGS for claim in report.claims) is wrong


def test_a_length_note_behind_an_address_is_no_claim() -> None:
    """Nothing ends the clause before it, and the number of its characters is in no source."""
    assert flagged("代码在suona.top。", "代码见https://suona.top/ （100字）") == []


def test_a_place_inside_another_name_is_none() -> None:
    """《科学美国人》 is a magazine."""
    assert flagged("Scientific American报道了Suona。", "《科学美国人》报道了Suona。") == []


def test_where_a_link_leads_is_evidence_for_an_address() -> None:
    """The text of a page often says no more than "link"."""
    source = SourceDocument("代码在【网页链接】。", links=["https://suona.top/code?from=post"])
    report = RulesChecker().check(source, "代码：suona.top/code")
    assert [claim.verdict for claim in report.claims if claim.verdict in FLAGS] == []


def test_metadata_licenses_a_word() -> None:
    """What stands beside the text is evidence: of what a hospital published, 医院 may be said."""
    text = NEWS * 3
    beside = SourceDocument(text, metadata={"来源": "鹭岛医院"})
    for source, wrong in ((SourceDocument(text), True), (beside, False)):
        report = RulesChecker(without=EVERY - {"term"}).check(source, "医院介绍了Suona。")
        assert any(claim.verdict in FLAGS for claim in report.claims) is wrong


def test_a_short_source_is_held_to_the_most_specific_words_only() -> None:
    """A post of a sentence licenses little; its summary has to find words of its own."""
    post = "鹭岛科技的AI新品来了，你觉得怎么样？"
    assert entry("海洋").grade == 2  # type: ignore[union-attr]
    assert entry("向量").grade == 1  # type: ignore[union-attr]
    assert not by("term", post, "它用于海洋。")
    assert by("term", post * 20, "它用于海洋。")
    assert by("term", post, "它用于向量。")


def test_every_detector_has_a_case() -> None:
    """No detector stands without a wrong claim that it finds; contradictions are of detectors."""
    assert {case[0] for case in CASES} | ELSEWHERE == EVERY
    assert set(DETECTORS) >= CONTRADICTING


@pytest.mark.parametrize(
    ("source", "summary"),
    [
        ("模型从811.7GB压缩到551.22GB。", "体积减少32.1%。"),
        ("It fell from 48 to 33 minutes.", "快了15分钟。"),
        ("At 357.971 nm the signal is strong.", "在0.357971 μm处信号很强。"),
        ("每次调用12美分。", "每次调用0.12美元。"),
        ("提升了百分之99。", "提升99%。"),
        ("价格只有十分之一。", "价格仅1/10。"),
        ("数据集有505,159条。", "数据集有50万5159条，约50万5千条。"),
        ("混合专家模型提升了效率。", "Mixture of Experts提升了效率。"),
        ("他们用JEPA训练了世界模型。", "采用Joint Embedding Predictive Architecture。"),
        ("他曾获菲尔兹奖。", "他是Fields Medal得主。"),
        ("编译器写于1970年代。", "编译器写于七十年代。"),
        ("One third of them, two-thirds at night.", "三分之一，夜间三分之二。"),
        ("A quarter of all users left.", "四分之一的用户离开。"),
        (
            "In the first three quarters it grew; the third method won.",
            "前三季度增长，第三种方法胜出。",
        ),
        ("OpenAI的语义搜索很快。", "基于OpenAIsemantic search。"),
        ("CEO Sam Altman宣布了它。", "CEOSam Altman宣布了它。"),
        ("可以部署到微信和QQ。", "可部署到WeChat/QQ。"),
        ("老虎机算法平衡探索与利用。", "老虎机算法可以平衡探索与利用。"),
        ("图表设计和平台政策", "改进图表设计和平台政策。"),
        ("由软银领投。", "由SoftBank领投。"),
        ("用4张4090训练。", "用4张RTX 4090训练。"),
        ('B\\"ockenhauer et al. proposed it.', "由Böckenhauer等人提出。"),
        ("上交大的团队完成了它。", "上海交通大学团队完成了它。"),
        ("The update reduces training time by half.", "训练时间减少50%。"),
        ("Suona is a non-convex method.", "Suona是一种非凸方法。"),
    ],
)
def test_the_same_said_otherwise(source: str, summary: str) -> None:
    """Derived, converted, rounded, translated and abbreviated, a true claim stays true."""
    assert flagged(source, summary) == []


@pytest.mark.parametrize(
    ("said", "there", "expected"),
    [
        ("1.4万亿", "1.36万亿", True),
        ("1.36万亿", "1.4万亿", False),
        ("0.6", "1", False),
        ("5%", "5.56%", True),
        ("5.56%", "5%", False),
        ("2024年", "2025年", False),
        ("90个", "90%", False),
    ],
)
def test_a_summary_may_round_and_not_add_digits(said: str, there: str, expected: bool) -> None:
    """What is said may show fewer digits than the source, never more."""
    assert agree(quantities(said)[0], quantities(there)[0]) == expected


@pytest.mark.parametrize(
    ("source", "summary", "date", "wrong"),
    [
        ("公司去年卖出了100辆车。", "2024年卖出100辆。", "2025-05-06", False),
        ("明年会推出新款。", "2026年推出新款。", "2025-05-06", False),
        ("公司去年卖出了100辆车，明年会推出新款。", "2023年卖出100辆。", "2025-05-06", True),
        ("公司在2024年卖出了100辆车。", "去年卖出100辆。", "2025-05-06", False),
        ("公司在2024年卖出了100辆车。", "明年卖出100辆。", "2025-05-06", True),
        ("4月18日发布了新款。", "上月发布了新款。", "2025-05-06", False),
        ("4月18日发布了新款。", "上月发布了新款。", "2025-07-06", True),
        ("It was released in 2024.", "去年发布。", "2025-05-06", False),
    ],
)  # fmt: skip
def test_the_date_of_the_document_resolves_words(
    source: str, summary: str, date: str, wrong: bool
) -> None:
    """去年 and 上月 mean the year and month before the one in which the document was saved."""
    report = RulesChecker().check(SourceDocument(source, date=date), summary)
    assert any(claim.verdict in FLAGS for claim in report.claims) == wrong


def test_a_derived_number_gives_its_formula() -> None:
    """The reason of a number that follows from two others says how."""
    report = RulesChecker().check(SourceDocument("It fell from 48 to 33 minutes."), "快了15分钟。")
    assert [claim.verdict for claim in report.claims] == ["supported"]
    assert "48 - 33" in report.claims[0].reason


def test_a_finding_has_the_sentence_spoken_of_as_evidence() -> None:
    """What a detector flags points to the sentence of the source, with its exact place."""
    report = RulesChecker().check(SourceDocument(NEWS), "由五个模块组成。")
    (claim,) = report.claims
    assert claim.verdict in FLAGS
    (evidence,) = claim.evidence
    assert NEWS[evidence.start : evidence.end] == evidence.text
    assert "三个模块" in evidence.text


def test_sentences_are_found_across_languages() -> None:
    """A Chinese claim finds the English sentence that speaks of the same thing."""
    aligned = AlignedSource(PAPER, chinese=False).align("该基因在小鼠中的表达上调", 1)
    assert aligned[0][1].text.startswith("Upregulation")


@given(st.text(alphabet=st.sampled_from("语音模型发布了Suona 3。，中文a"), max_size=40))
def test_words_stand_where_they_say(text: str) -> None:
    """Each word is in the text at its place, none overlaps another."""
    found = words(text)
    assert all(text[start : start + len(word)] == word for start, word in found)
    ends = [start + len(word) for start, word in found]
    assert all(end <= start for end, (start, _) in zip(ends, found[1:], strict=False))


def test_the_lexicon_knows_words_and_names() -> None:
    """Translations as stems in both directions; a name is what pinyin writes with a capital."""
    assert (stem("simulators"),) in english("模拟器")
    assert "专家" in chinese("experts")
    assert is_name("腾讯")
    assert not is_name("网络")
    assert english("不存在的词") == ()


@pytest.mark.parametrize("forms", [("generate", "generative", "generation"), ("topic", "topics")])
def test_stems_fold_what_translations_exchange(forms: tuple[str, ...]) -> None:
    """Forms that a translation exchanges freely have a common beginning."""
    found = [stem(form) for form in forms]
    assert all(one[:5] == found[0][:5] for one in found)


def test_distances_count_breaks() -> None:
    """Two words of one clause are nearer than two of neighbouring ones."""
    places = Places("编码器压缩语音，解码器还原语音。", chinese=True)
    encoder, decoder, compress = (
        next(word for word in placed_words(text, places) if word.text == text)
        for text in ("编码器", "解码器", "压缩")
    )
    assert places.distance(encoder, compress) < places.distance(decoder, compress)


@pytest.mark.parametrize(
    "text", ["A" * 100_000, "1," * 50_000, "不" * 50_000, "从A转向" * 20_000, "第一个" * 30_000]
)
def test_long_texts_take_no_more_than_their_length(text: str) -> None:
    """No pattern backtracks on a long text of one kind: all are read to the end."""
    source = Source(text, quantities(text))
    for detect in DETECTORS.values():
        list(detect(source, "不支持五个模块，华为优于Suona 3.5。"))
