"""Likeness of texts: bounds, symmetry, and how well a sketch stands in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from summarizer.similarity import containment, likeness, normalize, sketch, sketch_likeness

TEXTS = st.text(alphabet="天地玄黄abc ，。", max_size=80)


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_bounded(first: str, second: str) -> None:
    """0 to 1, the same both ways, 1 for a text with itself."""
    assert likeness(first, second) == likeness(second, first)
    assert 0 <= likeness(first, second) <= 1
    assert likeness(first, first) == 1


@given(TEXTS, TEXTS)
def test_short_texts_have_exact_sketches(first: str, second: str) -> None:
    """Below the sketch's size, the estimate is the Jaccard index itself."""
    if len(normalize(first)) + len(normalize(second)) < 60:
        assert abs(sketch_likeness(sketch(first), sketch(second)) - likeness(first, second)) < 1e-12


def test_punctuation_case_and_width_do_not_count() -> None:
    """ＡＢＣ， equals abc."""
    assert normalize("ＡＢＣ，x！") == "abcx"
    assert likeness("你好，世界和平！", "你好世界和平") == 1


def test_containment_is_of_the_part() -> None:
    """A cut-out is wholly contained; an empty part is not."""
    assert containment("机器人送药", "医院的机器人送药到病房") == 1
    assert containment("", "医院") == 0
