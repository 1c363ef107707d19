"""Tokenizers keep what they promise to keep."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.tokenizers import DefaultTokenizer

from summarizer.errors import InputError
from summarizer_eval.tokenizers import (
    CjkTokenizer,
    RougeScoreTokenizer,
    dropped_share,
    make_tokenizer,
    split_sentences,
    warning_for,
)

CASES = [
    ("模型更快", ["模", "型", "更", "快"]),
    ("ＯｐｅｎＡＩ发布GPT-4.1", ["openai", "发", "布", "gpt", "4.1"]),
    ("售价1,000元", ["售", "价", "1000", "元"]),
    ("2024，2025年", ["2024", "2025", "年"]),
    ("カナ한국", ["カ", "ナ", "한", "국"]),
    ("Привет, мир_1", ["привет", "мир", "1"]),
    ("end.Next 3.14.", ["end", "next", "3.14"]),
    ("", []),
    ("……！", []),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_cjk_tokens(text: str, expected: list[str]) -> None:
    """`cjk` takes one token a CJK character and other words and numbers whole."""
    assert expected == CjkTokenizer().tokenize(text)


@given(st.text(alphabet="abcXYZ019 -.,\n测é", max_size=60), st.booleans())
@settings(max_examples=200, deadline=None)
def test_stock_tokens_equal_the_package(text: str, stem: bool) -> None:
    """`rouge-score` gives the tokens of the package, with and without stemming."""
    assert DefaultTokenizer(stem).tokenize(text) == RougeScoreTokenizer(stem=stem).tokenize(text)


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_tokenized(text: str) -> None:
    """No text crashes a tokenizer or gives an empty token."""
    assert all(CjkTokenizer().tokenize(text)) or not CjkTokenizer().tokenize(text)


@given(st.text(alphabet="aZ_09., -'\n%:;/@#é", max_size=50))
@settings(max_examples=300, deadline=None)
def test_the_short_way_gives_the_same_tokens(text: str) -> None:
    """Plain English takes a table and a split; a Chinese character beside it takes the long way."""
    long_way = CjkTokenizer().tokenize(text + " 中")
    assert CjkTokenizer().tokenize(text) == long_way[:-1]


def test_jieba_gives_words() -> None:
    """`word-zh` cuts Chinese into words and leaves other words whole."""
    tokenizer = make_tokenizer("word-zh")
    assert tokenizer.tokenize("OpenAI发布语言模型") == ["openai", "发布", "语言", "模型"]
    assert tokenizer.name.startswith("word-zh.1-jieba")


def test_lost_letters_are_reported() -> None:
    """The stock tokenizer warns on Chinese and names the one to use; `cjk` does not."""
    assert dropped_share(RougeScoreTokenizer(), "模型模型") == 1.0
    assert "cjk" in (warning_for(RougeScoreTokenizer(stem=True), "模型更快了") or "")
    assert warning_for(RougeScoreTokenizer(stem=True), "running quickly") is None
    assert warning_for(CjkTokenizer(), "模型 running 3.5") is None


def test_unknown_tokenizer() -> None:
    """An unknown name is an error that lists the known ones."""
    with pytest.raises(InputError, match="word-zh"):
        make_tokenizer("nope")


def test_sentences_of_both_languages() -> None:
    """Sentences end at Chinese and English marks, quotes stay with theirs."""
    assert split_sentences("他来了。Then he left. Again!") == [
        "他来了。",
        "Then he left.",
        "Again!",
    ]
