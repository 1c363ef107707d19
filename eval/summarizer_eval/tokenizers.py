"""Tokenizers that name themselves: a ROUGE figure means nothing without the one behind it.

``rouge-score``'s stock tokenizer keeps ``[a-z0-9]`` alone, so two identical Chinese texts score
0.0. Ours keeps every letter of every script:

========================  ========================================================================
``cjk`` (default)         NFKC; one token a Han, kana or hangul character; any other word or number
                          whole and lower-cased (``1,000`` = ``1000``, ``3.14`` is one token)
``cjk-stem``              the same with Porter stemming of Latin words of more than three letters
``word-zh``               jieba's words (extra ``chinese-words``), the rest as ``cjk``
``rouge-score``           the stock one, token for token, for parity with published figures
``rouge-score-stem``      the same with its Porter stemming
========================  ========================================================================

A change that gives any text other tokens gets another version number.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from summarizer.errors import InputError, MissingExtra
from summarizer.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "MAX_DROPPED",
    "TOKENIZERS",
    "CjkTokenizer",
    "RougeScoreTokenizer",
    "Tokenizer",
    "WordZhTokenizer",
    "dropped_share",
    "make_tokenizer",
    "split_lines",
    "split_sentences",
    "warning_for",
]

MAX_DROPPED = 0.2
"""A tokenizer that loses a greater share of a text's letters is the wrong one for it."""

SPLITTER_VERSION = "sentence.1"

# Scripts written without spaces, or with one syllable a character: each character is a token.
_CJK = (
    "\u1100-\u11ff"  # hangul jamo
    "\u3005-\u3007\u3021-\u3029\u3038-\u303b"  # 々〆〇 and numerals
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"  # kana
    "\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"  # bopomofo, jamo, small kana
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U000323af"
)
# A word runs over a decimal point or a thousands separator that stands between digits.
_TOKEN = re.compile(
    rf"[{_CJK}]|(?:[^\W_{_CJK}]|(?<=\d)\.(?=\d)|(?<=\d),(?=\d\d\d(?!\d)))+",
)
_STOCK_TOKEN = re.compile(r"[a-z0-9]+")
# ASCII is most of English: a table and a split give the tokens of the expressions above in a third
# of the time, but for numbers whose marks depend on what stands around them.
_ASCII = bytes(ord(chr(c).lower()) if c < 128 and chr(c).isalnum() else 32 for c in range(256))
_number_mark = re.compile(r"[0-9][.,][0-9]").search
_LATIN_WORD = re.compile(r"[a-z]{4,}\Z|[a-z0-9]{4,}\Z")


@runtime_checkable
class Tokenizer(Protocol):
    """Text to tokens. Accepted by `rouge_score.rouge_scorer.RougeScorer` as it is."""

    name: str
    """With its version, e.g. ``cjk.1``: the identity part of a signature."""
    stemmer: str
    """``porter`` or ``none``."""

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        ...


class _Stems(dict[str, str]):
    """Porter stems as ``rouge-score`` takes them: words of more than three characters."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer  # type: ignore[import-untyped,unused-ignore]

        super().__init__()
        self._stem: Callable[[str], str] = PorterStemmer().stem

    def __missing__(self, word: str) -> str:
        if len(self) > 200_000:  # bounds the memory on endless streams
            self.clear()
        stem = self._stem(word) if _LATIN_WORD.match(word) else word
        self[word] = stem
        return stem


def _ascii_words(text: str) -> list[str]:
    return text.encode().translate(_ASCII).decode().split()


def _folded(text: str) -> str:
    """NFKC, but full-width marks do not become those of numbers: a list is not a number."""
    return unicodedata.normalize("NFKC", text.replace("，", " ").replace("．", " "))


def _cjk_tokens(text: str) -> list[str]:
    if not text.isascii():
        text = _folded(text)
    elif not _number_mark(text):
        return _ascii_words(text)
    tokens: list[str] = _TOKEN.findall(text.lower())
    return [token.replace(",", "") for token in tokens] if "," in text else tokens


@cache
def _stems() -> _Stems:
    """One for all tokenizers of a process: a stem is looked for once."""
    return _Stems()


class CjkTokenizer:
    """One token a CJK character, every other word or number whole and lower-cased.

    >>> CjkTokenizer().tokenize("OpenAI 发布 GPT-4.1，售价1,000元")
    ['openai', '发', '布', 'gpt', '4.1', '售', '价', '1000', '元']
    """

    def __init__(self, *, stem: bool = False) -> None:
        self.name = "cjk.1"
        self.stemmer = "porter" if stem else "none"
        self._stems = _stems() if stem else None

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        tokens = _cjk_tokens(text)
        if self._stems is not None:
            tokens = list(map(self._stems.__getitem__, tokens))
        return tokens


class RougeScoreTokenizer:
    """``rouge-score``'s stock tokenizer: runs of ``[a-z0-9]``; everything else is dropped.

    >>> RougeScoreTokenizer(stem=True).tokenize("Testing, 1-2 测试")
    ['test', '1', '2']
    """

    def __init__(self, *, stem: bool = False) -> None:
        self.name = "rouge-score.1"
        self.stemmer = "porter" if stem else "none"
        self._stems = _stems() if stem else None

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        tokens = _ascii_words(text) if text.isascii() else _STOCK_TOKEN.findall(text.lower())
        if self._stems is not None:
            tokens = list(map(self._stems.__getitem__, tokens))
        return tokens


class WordZhTokenizer:
    """Chinese words by jieba; words of other scripts as `CjkTokenizer` has them.

    Raises:
        MissingExtra: jieba is not installed.
    """

    def __init__(self) -> None:
        try:
            import jieba
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "jieba", extra="chinese-words", purpose="the tokenizer word-zh"
            ) from error
        import logging

        jieba.setLogLevel(logging.WARNING)
        self.name = f"word-zh.1-jieba{jieba.__version__}"
        self.stemmer = "none"
        self._segment: Callable[..., list[str]] = jieba.Tokenizer().lcut
        self._characters = CjkTokenizer()

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        tokens: list[str] = []
        run: list[str] = []
        # Words are cut within runs of Chinese; what stands between never joins two of them.
        folded = _folded(text).lower()
        end = 0
        for match in _TOKEN.finditer(folded):
            token = match[0]
            chinese = len(token) == 1 and _is_cjk(token)
            if run and (not chinese or match.start() != end):
                tokens.extend(self._segment("".join(run)))
                run = []
            if chinese:
                run.append(token)
            else:
                tokens.append(token.replace(",", ""))
            end = match.end()
        if run:
            tokens.extend(self._segment("".join(run)))
        return tokens


_is_cjk = re.compile(f"[{_CJK}]").match

TOKENIZERS: dict[str, Callable[[], Tokenizer]] = {
    "cjk": CjkTokenizer,
    "cjk-stem": lambda: CjkTokenizer(stem=True),
    "word-zh": WordZhTokenizer,
    "rouge-score": RougeScoreTokenizer,
    "rouge-score-stem": lambda: RougeScoreTokenizer(stem=True),
}


def make_tokenizer(name: str) -> Tokenizer:
    """A tokenizer by its name in `TOKENIZERS`.

    Raises:
        InputError: there is none of that name.
        MissingExtra: the package that it needs is absent.
    """
    if name not in TOKENIZERS:
        raise InputError(
            f"no tokenizer {name!r}", where="tokenizer", hint=f"one of {', '.join(TOKENIZERS)}"
        )
    return TOKENIZERS[name]()


def dropped_share(tokenizer: Tokenizer, text: str) -> float:
    """The share of a text's letters and digits that the tokenizer loses, 0 to 1, lower is better.

    Stemmed endings do not count as lost: a stem stands for its word.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    wanted = Counter(char for char in folded if char.isalnum())
    if not wanted:
        return 0.0
    kept: Counter[str] = Counter()
    for token in _unstemmed(tokenizer).tokenize(text):
        kept.update(token)
    lost = wanted - kept
    return lost.total() / wanted.total()


def _unstemmed(tokenizer: Tokenizer) -> Tokenizer:
    if tokenizer.stemmer == "none":
        return tokenizer
    return RougeScoreTokenizer() if tokenizer.name.startswith("rouge-score") else CjkTokenizer()


def warning_for(tokenizer: Tokenizer, text: str) -> str | None:
    """What to tell a user whose tokenizer loses more than a fifth of a text's letters."""
    share = dropped_share(tokenizer, text)
    if share <= MAX_DROPPED:
        return None
    return (
        f"tokenizer {tokenizer.name} drops {share:.0%} of the letters of such a text, "
        "so the figures mean little; use --tokenizer cjk"
    )


def split_lines(text: str) -> list[str]:
    """Sentences as ``rouge-score`` takes them: the non-empty lines."""
    return [line for line in text.split("\n") if line]


def split_sentences(text: str) -> list[str]:
    """Sentences of Chinese or English text, for ROUGE-Lsum; no model, no download.

    >>> split_sentences("他来了。她说：“好！”然后走了")
    ['他来了。', '她说：“好！”', '然后走了']
    """
    return sentences(text)
