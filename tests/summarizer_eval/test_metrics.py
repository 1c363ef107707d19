"""Each metric: values worked by hand, and the reasons why there is none."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from summarizer.document import Document
from summarizer.errors import InputError, MissingExtra
from summarizer_eval.metric import Item, Value
from summarizer_eval.metrics import Settings, build_metrics
from summarizer_eval.metrics.extras import ChrfMetric
from summarizer_eval.metrics.form import FormMetric, RepetitionMetric, keeps_format
from summarizer_eval.metrics.rouge import RougeMetric
from summarizer_eval.metrics.source import ExtractiveMetric, fragments
from summarizer_eval.rouge import Rouge

DOCUMENT = Document("a.md", "a.md", None, "t", {}, "", "新模型今天发布了", "模型发布", "0", "0")
ITEM = Item("k", DOCUMENT, "模型发布", ("模型发布",), 8, "paragraph", "zh")


class Shouting:
    """A user's metric: the share of capital letters."""

    names = ("shouting",)
    against = None
    directions = {"shouting": "lower"}  # noqa: RUF012

    def signature(self, name: str) -> object:
        """Named."""
        from summarizer_eval.signature import Signature

        return Signature({"metric": name})

    def score(self, item: Item) -> dict[str, Value]:
        """Share of capitals."""
        text = item.summary or ""
        return {"shouting": Value(sum(c.isupper() for c in text) / max(1, len(text)))}


def test_fragments_of_the_paper() -> None:
    """The greedy fragments of Grusky et al. 2018, figure 3."""
    assert fragments(list("abcde"), list("cdxabcze")) == [2, 3, 1]


def test_extractive_values() -> None:
    """Coverage, density, compression and novelty by hand: fragments 模型 and 发布 of 8 tokens."""
    values = ExtractiveMetric(Rouge()).score(ITEM)
    assert {name: value.value for name, value in values.items()} == {
        "source_coverage": 1.0,
        "source_density": 2.0,
        "source_compression": 2.0,
        "source_novelty1": 0.0,
        "source_novelty2": pytest.approx(1 / 3),
        "source_novelty3": 1.0,
    }


def test_reasons_for_no_value() -> None:
    """No summary, no reference and another language are unscored, each with its reason."""
    stored = RougeMetric(Rouge(), ["rouge1"], against="stored")
    source = RougeMetric(Rouge(), ["rouge1"], against="source")
    english = replace(DOCUMENT, source_text="A new model was released today")
    assert stored.score(replace(ITEM, summary=None))["rouge1"] == Value(None, "no-summary")
    assert stored.score(replace(ITEM, references=()))["rouge1"] == Value(None, "no-reference")
    assert (
        stored.score(replace(ITEM, references=("A new model",)))["rouge1"].unscored
        == "cross-language"
    )
    crossing = source.score(replace(ITEM, document=english))
    assert crossing["source_rouge1"] == Value(None, "cross-language")


def test_signature_names_what_matters() -> None:
    """A ROUGE signature holds tokenizer, stemmer, splitter and rule; rule and tokenizer decide."""
    lsum = RougeMetric(Rouge(), ["rougeLsum"], against="stored", references="same-url", rule="max")
    assert lsum.signature("rougeLsum").identity_text == (
        "metric:rougeLsum|stat:f|against:stored|tok:cjk.1|stem:none|split:sentence.1|refs:same-url-max"
    )


def test_form_values() -> None:
    """Length against the target, language and format."""
    values = {name: value.value for name, value in FormMetric().score(ITEM).items()}
    assert values == {
        "length": 4.0,
        "length_deviation": 0.5,
        "language_match": 1.0,
        "format_match": 1.0,
    }
    english = replace(ITEM, summary="A new model", language="en", target_length=9)
    for unit, deviation in (("chars", 0.0), ("words", 6 / 9), (None, 6 / 9)):
        found = FormMetric().score(replace(english, length_unit=unit))["length_deviation"].value
        assert found == pytest.approx(deviation)
    nothing = FormMetric().score(
        replace(ITEM, target_length=None, language=None, prompt_format=None)
    )
    assert nothing["language_match"].unscored == "not-asked"


@pytest.mark.parametrize(
    "text, form, expected",
    [
        ("- 一\n- 二", "bullets", True),
        ("要点：\n1. 一\n2. 二", "bullets", True),
        ("一\n- 二", "bullets", False),
        ("一段。", "paragraph", True),
        ("一段。\n又一段。", "paragraph", False),
        ("一段。", "json", None),
    ],
)
def test_formats(text: str, form: str, expected: bool | None) -> None:
    """Bullets are a list of at least two, a paragraph is one line."""
    assert keeps_format(text, form) is expected


def test_repetition() -> None:
    """Four-grams that stand twice count once as repeated."""
    values = RepetitionMetric(Rouge()).score(replace(ITEM, summary="甲乙丙丁甲乙丙丁"))
    assert values["repetition"].value == pytest.approx(1 / 5)


def test_chrf_of_equal_texts_is_one() -> None:
    """chrF comes from sacrebleu, as a share."""
    assert ChrfMetric().score(ITEM)["chrf"].value == pytest.approx(1.0)


def test_chrf_of_several_references_follows_the_rule() -> None:
    """The rule of the signature, mean or max, and not sacrebleu's own."""
    item = replace(ITEM, references=("模型发布", "今天下雨"))
    one = ChrfMetric().score(replace(ITEM, references=("今天下雨",)))["chrf"].value
    assert one is not None
    mean, best = (ChrfMetric(rule=rule, references="same-url") for rule in ("mean", "max"))
    assert mean.score(item)["chrf"].value == pytest.approx((1 + one) / 2)
    assert best.score(item)["chrf"].value == pytest.approx(1.0)
    assert mean.signature("chrf").identity["refs"] == "same-url-mean"


def test_many_items_at_once_say_what_one_says() -> None:
    """A batch of ROUGE gives each item its own values, the unscored ones between them too."""
    items = [ITEM, replace(ITEM, summary=None), replace(ITEM, references=("模型发", "x 发布"))]
    for against in ("stored", "source"):
        metric = RougeMetric(Rouge(), ["rouge1", "rougeLsum"], against=against)
        assert metric.score_many(items) == [metric.score(item) for item in items]


class FakeBertScore:
    """Stands where bert-score would: its scorer gives the share of common characters."""

    def __init__(self, **options: object) -> None:
        self.options = options
        self._tokenizer = SimpleNamespace(model_max_length=10**30)

    def score(self, summaries: list[str], references: list[str]) -> tuple[list[float], ...]:
        """Precision, recall, F."""
        one, two = set(summaries[0]), set(references[0])
        common = len(one & two)
        return [common / len(one)], [common / len(two)], [2 * common / (len(one) + len(two))]


@pytest.fixture
def a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a model, and packages that take any."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    config = SimpleNamespace(num_hidden_layers=2, max_position_embeddings=512)
    silent = SimpleNamespace(disable_progress_bar=list, set_verbosity_error=list)
    fakes = {
        "bert_score": SimpleNamespace(
            BERTScorer=FakeBertScore, utils=SimpleNamespace(model2layers={"tiny-known": 9})
        ),
        "transformers": SimpleNamespace(
            AutoConfig=SimpleNamespace(from_pretrained=lambda name: config)
        ),
        "transformers.utils": SimpleNamespace(logging=silent),
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    return folder


def test_bertscore_with_a_model_on_disk(a_model: Path) -> None:
    """A folder's model is named by its content, never by its place; its last layer is taken."""
    (metric,), _ = build_metrics(Settings((f"bertscore={a_model}",)))
    values = metric.score(replace(ITEM, references=("模型发布了吗",)))
    assert values["bertscore_precision"].value == 1.0
    assert values["bertscore"].value == pytest.approx(0.8)
    assert metric.signature("bertscore").identity["model"].startswith("tiny-")
    assert str(a_model.parent) not in str(metric.signature("bertscore"))
    before = metric.signature("bertscore")
    (a_model / "model.safetensors").write_bytes(b"other weights")
    (other,), _ = build_metrics(Settings((f"bertscore={a_model}@1",)))
    assert other.signature("bertscore").identity["layer"] == "1"
    assert other.signature("bertscore").identity["model"] != before.identity["model"]


def test_bertscore_says_what_it_needs(a_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a model, one that is not there, and an absent package: each in a line."""
    with pytest.raises(InputError, match="no such folder"):
        build_metrics(Settings(("bertscore=/nowhere/at/all",)))
    (a_model / "config.json").unlink()
    with pytest.raises(InputError, match=r"no config\.json"):
        build_metrics(Settings((f"bertscore={a_model}",)))
    monkeypatch.setitem(sys.modules, "bert_score", None)
    with pytest.raises(MissingExtra, match=r"summarizer-toolkit\[bertscore\]"):
        build_metrics(Settings(("bertscore",)))


def test_selection_by_group_figure_and_object() -> None:
    """Metrics are chosen by group, by figure, or as module:object; others are errors."""
    metrics, wanted = build_metrics(Settings(("rougeL", "form")))
    assert [metric.names[0] for metric in metrics] == ["rouge1", "length"]
    assert wanted is not None
    assert {"rougeL", "length"} <= wanted
    assert "rouge1" not in wanted
    with pytest.raises(InputError, match="nope"):
        build_metrics(Settings(("nope",)))
    with pytest.raises(InputError, match="cannot import"):
        build_metrics(Settings(("no.such:thing",)))


def test_a_metric_by_module_and_object() -> None:
    """`--metric module:object`: a class is made, scores, and keeps its direction and signature."""
    name = f"{__name__}:Shouting"
    sys.modules.setdefault(__name__, sys.modules[Shouting.__module__])
    (metric,), _ = build_metrics(Settings((name,)))
    assert metric.names == ("shouting",)
    assert metric.directions["shouting"] == "lower"
    assert metric.score(replace(ITEM, summary="ABc d"))["shouting"].value == pytest.approx(0.4)


@pytest.mark.parametrize("name", ["no_such_module:Metric", "json:NoSuchObject", "json:dumps"])
def test_what_is_no_metric_is_said(name: str) -> None:
    """A module or object that is not there, or is no metric, is bad input and named."""
    with pytest.raises(InputError, match=r"json|no_such_module"):
        build_metrics(Settings((name,)))


def test_an_installed_metric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point of the group `summarizer.metrics` is a metric by its name."""
    (tmp_path / "shouting_plugin.py").write_text(
        "class Shouting:\n"
        "    names = ('shouting',)\n"
        "    directions = {'shouting': 'lower'}\n"
        "    against = None\n"
        "    def signature(self, name):\n"
        "        from summarizer_eval.signature import Signature\n"
        "        return Signature({'metric': name})\n"
        "    def score(self, item):\n"
        "        from summarizer_eval.metric import Value\n"
        "        return {'shouting': Value(0.5)}\n"
    )
    info = tmp_path / "shouting_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[summarizer.metrics]\nloud = shouting_plugin:Shouting\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (metric,), _ = build_metrics(Settings(("loud",)))
    assert metric.score(ITEM)["shouting"].value == 0.5
