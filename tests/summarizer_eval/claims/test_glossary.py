"""The glossary, and what a source licenses by it."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer_eval.claims.glossary import Licences, chinese_for, entry, glossary_words

LINES = (files("summarizer_eval.claims") / "glossary.tsv").read_text(encoding="utf-8").splitlines()


def test_the_file_is_sorted_and_every_line_is_whole() -> None:
    """A word, its kind, its grade and its licences; a diff shows what was added."""
    words = [line.split("\t")[0] for line in LINES]
    assert words == sorted(set(words))
    for line in LINES:
        word, kind, grade, licences = line.split("\t")
        assert word.isalpha(), line
        assert len(word) > 1, line
        assert kind in ("t", "a", "n"), line
        assert grade in ("1", "2", "3"), line
        for licence in licences.split("|"):
            assert licence.strip(), line
            assert licence == licence.lower(), line
            assert licence != word, line


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("数据库", "We store them in PostgreSQL databases."),
        ("患者", "It was tested in three hospitals."),
        ("患者", "病人都同意了。"),
        ("强化学习", "We train it with RLHF."),
        ("强化学习", "fine-tuned by reinforcement-learning"),
        ("麻省理工", "Two students of MIT wrote it."),
        ("病理", "They read histopathology slides."),
    ],
)
def test_a_synonym_a_translation_or_an_abbreviation_licenses_a_word(word: str, text: str) -> None:
    """In either language, without regard to case and hyphens."""
    assert Licences(text).licensed(word) is True


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("数据库", "We store them in a knowledge graph."),
        ("患者", "律师都同意了。"),
        ("强化学习", "We train it with federated averaging; girls like pearls."),
        ("麻省理工", "He submitted it to the committee."),
    ],
)
def test_another_thing_of_its_kind_or_a_part_of_another_word_licenses_nothing(
    word: str, text: str
) -> None:
    """A law suit is no patient, and the letters rl in pearls are no reinforcement learning."""
    assert Licences(text).licensed(word) is False


def test_two_licensed_parts_license_the_whole() -> None:
    """图像 and 分类 license 图像分类."""
    assert entry("图像分类") is not None
    assert Licences("Images are put into classes by classifiers.").licensed("图像分类") is True


def test_what_the_glossary_lacks_is_neither_licensed_nor_not() -> None:
    """的确 is no specific word."""
    assert entry("的确") is None
    assert Licences("nothing").licensed("的确") is None


def test_a_phrase_of_several_words_names_its_chinese_term() -> None:
    """Fields Medal is 菲尔兹奖; a single word, or an unknown phrase, names none."""
    assert "菲尔兹奖" in chinese_for("Fields Medal")
    assert chinese_for("medal") == ()
    assert chinese_for("Suona of Ludao") == ()


@given(st.lists(st.text(max_size=3) | st.sampled_from(LINES).map(lambda line: line.split("\t")[0])))
def test_words_stand_where_they_say(parts: list[str]) -> None:
    """Any text is cut into words in order, each at its place; a word alone is found."""
    text = "".join(parts)
    places = [start for start, _ in glossary_words(text)]
    assert places == sorted(places)
    assert all(text[start : start + len(word)] == word for start, word in glossary_words(text))


@given(st.text(), st.sampled_from(LINES))
def test_a_text_with_the_word_or_a_licence_licenses_it(around: str, line: str) -> None:
    """Whatever stands around it, with spaces between."""
    word, _, _, licences = line.split("\t")
    assert Licences(f"{around} {word} {around}").licensed(word) is True
    for licence in licences.split("|"):
        assert Licences(f"{around} {licence} {around}").licensed(word) is True


@given(st.sampled_from(LINES))
def test_a_word_alone_is_found(line: str) -> None:
    """With nothing beside it that it could be a part of."""
    word = line.split("\t")[0]
    assert word in [found for _, found in glossary_words(f"，{word}。")]
