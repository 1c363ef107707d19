"""ROUGE equals the reference implementation, and holds the laws of its formula."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from summarizer.errors import InputError
from summarizer_eval.rouge import Rouge, Score, batch
from summarizer_eval.tokenizers import CjkTokenizer, RougeScoreTokenizer

TYPES = ["rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"]
TEXTS = st.text(alphabet="ab模型快 .\n。1", max_size=40)


def test_worked_example_of_the_package() -> None:
    """The example of rouge-score's README: the values that it prints."""
    target = "The quick brown fox jumps over the lazy dog"
    scores = Rouge(RougeScoreTokenizer(stem=True)).score(
        target, "The quick brown dog jumps on the log.", ["rouge1", "rougeL"]
    )
    assert scores["rouge1"] == pytest.approx((0.75, 2 / 3, 0.7058823529411765), abs=1e-15)
    assert scores["rougeL"] == pytest.approx((0.625, 0.5555555555555556, 0.5882352941176471))


def test_identical_chinese_is_one() -> None:
    """What the stock tokenizer scores 0.0 is 1.0 here."""
    text = "模型更快了。成本也更低。"
    assert Rouge().score(text, text, TYPES) == dict.fromkeys(TYPES, Score(1.0, 1.0, 1.0))


@pytest.mark.slow
@pytest.mark.parametrize("stem", [False, True])
def test_thousands_of_random_pairs_equal_the_package(stem: bool) -> None:
    """ROUGE-1/2/3/L/Lsum equal rouge-score to 1e-12, ties of the union LCS included."""
    theirs = RougeScorer(TYPES, use_stemmer=stem)
    ours = Rouge(RougeScoreTokenizer(stem=stem), splitter="newline.1")
    rng = random.Random(7)
    words = ["the", "cats", "running", "quickly", "a", "b", "c", "12", "generalization"]

    def text() -> str:
        few = words[: rng.randint(2, len(words))]
        return "".join(
            rng.choice(few) + rng.choice([" ", " ", "\n", "\n\n", ", "])
            for _ in range(rng.randint(0, 22))
        )

    for _ in range(1500):
        target, prediction = text(), text()
        expected, actual = theirs.score(target, prediction), ours.score(target, prediction, TYPES)
        for kind in TYPES:
            assert actual[kind] == pytest.approx(tuple(expected[kind]), abs=1e-12), (
                kind,
                target,
                prediction,
            )


@given(TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_chinese_equals_the_package_with_our_tokenizer(target: str, prediction: str) -> None:
    """Given the same tokenizer object, rouge-score says the same of mixed text."""
    tokenizer = CjkTokenizer()
    expected = RougeScorer(TYPES, tokenizer=tokenizer).score(target, prediction)
    actual = Rouge(tokenizer, splitter="newline.1").score(target, prediction, TYPES)
    for kind in TYPES:
        assert actual[kind] == pytest.approx(tuple(expected[kind]), abs=1e-12)


@given(TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_laws(first: str, second: str) -> None:
    """Bounds; swapping the texts swaps precision and recall and keeps F (Lsum aside)."""
    rouge = Rouge()
    one, two = rouge.score(first, second, TYPES), rouge.score(second, first, TYPES)
    for kind in TYPES:
        assert all(0.0 <= value <= 1.0 for value in one[kind])
        if kind != "rougeLsum":
            assert one[kind] == pytest.approx(
                (two[kind].recall, two[kind].precision, two[kind].fmeasure)
            )


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_batch_says_what_one_by_one_says(pairs: list[tuple[str, str]], stem: bool) -> None:
    """Many pairs at once give the same figures to the last bit, whatever stands beside them."""
    types = [*TYPES, "rouge9"]
    rouge = Rouge(CjkTokenizer(stem=stem))
    assert rouge.score_pairs(pairs, types) == [rouge.score(*pair, types) for pair in pairs]


@pytest.mark.parametrize("room", [1 << 62, 64])
def test_a_batch_of_too_many_words_falls_back(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-grams that fit into no number are ranked; words beyond the characters are lists."""
    monkeypatch.setattr(batch, "_ROOM", room)
    monkeypatch.setattr(batch, "_CHARACTERS", 3)
    pairs = [("甲乙丙丁甲乙", "乙丙丁甲"), ("", "甲"), ("a b c d a b", "a b c a b")]
    rouge = Rouge()
    assert rouge.score_pairs(pairs, TYPES) == [rouge.score(*pair, TYPES) for pair in pairs]


@pytest.mark.slow
def test_real_length_texts_equal_the_package() -> None:
    """Long texts of few words, where n-grams repeat often, in one batch, against rouge-score."""
    rng = random.Random(3)
    words = ["the", "model", "is", "fast", "2024", "and", "cheap", "running"]
    texts = ["\n".join(" ".join(rng.choices(words, k=9)) for _ in range(8)) for _ in range(60)]
    pairs = [(rng.choice(texts), rng.choice(texts)) for _ in range(150)]
    theirs = RougeScorer(TYPES, use_stemmer=True)
    ours = Rouge(RougeScoreTokenizer(stem=True), splitter="newline.1").score_pairs(pairs, TYPES)
    for pair, actual in zip(pairs, ours, strict=True):
        for kind, expected in theirs.score(*pair).items():
            assert actual[kind] == pytest.approx(tuple(expected), abs=1e-12)


def test_several_references() -> None:
    """`max` takes the best reference, `mean` the mean of each part."""
    rouge = Rouge()
    single = [rouge.score(t, "模型快", ["rouge1"])["rouge1"] for t in ("模型快", "成本低")]
    best = rouge.score_multi(["模型快", "成本低"], "模型快", ["rouge1"], rule="max")["rouge1"]
    mean = rouge.score_multi(["模型快", "成本低"], "模型快", ["rouge1"], rule="mean")["rouge1"]
    assert best == single[0]
    assert mean.fmeasure == pytest.approx((single[0].fmeasure + single[1].fmeasure) / 2)


def test_unknown_type_is_an_error() -> None:
    """A type that does not exist is named."""
    with pytest.raises(InputError, match="rougeX"):
        Rouge().score("a", "b", ["rougeX"])
    with pytest.raises(InputError, match="rouge0"):
        Rouge().score_pairs([], ["rouge0"])
