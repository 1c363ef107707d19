"""ROUGE-N, ROUGE-L and ROUGE-Lsum of prepared texts: what is done once a text is done once."""

from __future__ import annotations

from collections import Counter, OrderedDict
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from summarizer.errors import InputError
from summarizer_eval.rouge.batch import PairBatch
from summarizer_eval.rouge.lcs import Candidate, union_hits
from summarizer_eval.tokenizers import CjkTokenizer, split_lines, split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from summarizer_eval.rouge.batch import Counts
    from summarizer_eval.tokenizers import Tokenizer

__all__ = ["RULES", "SPLITTERS", "Prepared", "Rouge", "Score", "over_references"]

RULES = ("max", "mean")
"""How the scores against several references become one."""

SPLITTERS: dict[str, Callable[[str], list[str]]] = {
    "sentence.1": split_sentences,
    "newline.1": split_lines,
}

_NGRAMS = {f"rouge{n}": n for n in range(1, 10)}
_KEPT = 20_000  # characters; more would cost more, in cache misses, than they save
_BATCH = 512  # pairs: enough for numpy to pay, a few megabytes


class Score(NamedTuple):
    """Precision, recall and their harmonic mean, each 0 to 1, higher is better."""

    precision: float
    recall: float
    fmeasure: float

    @classmethod
    def of(cls, hits: int, predicted: int, wanted: int) -> Score:
        """From counts, in the order of operations of ``rouge-score``."""
        precision = hits / predicted if predicted else 0.0
        recall = hits / wanted if wanted else 0.0
        total = precision + recall
        return cls(precision, recall, 2 * precision * recall / total if total > 0 else 0.0)


class _Grams:
    """The n-grams of a text: the distinct ones, and how often those stand that stand twice."""

    __slots__ = ("distinct", "repeated", "total")

    def __init__(self, tokens: Sequence[str], n: int) -> None:
        grams: list[object] = (
            list(tokens) if n == 1 else list(zip(*(tokens[i:] for i in range(n)), strict=False))
        )
        self.distinct = set(grams)
        self.total = len(grams)
        self.repeated: dict[object, int] = {}
        if len(self.distinct) < self.total:
            self.repeated = {gram: n for gram, n in Counter(grams).items() if n > 1}

    def common(self, other: _Grams) -> int:
        """Size of the multiset intersection."""
        hits = len(self.distinct & other.distinct)
        if self.repeated and other.repeated:
            ours, theirs = self.repeated, other.repeated
            hits += sum(min(ours[gram], theirs[gram]) - 1 for gram in ours.keys() & theirs.keys())
        return hits


class Prepared:
    """A text with its tokens; n-grams and sentences are made when first needed, and kept."""

    def __init__(
        self, text: str, tokenizer: Tokenizer, splitter: Callable[[str], list[str]]
    ) -> None:
        self._text = text
        self._tokenizer = tokenizer
        self._splitter = splitter
        self._grams: dict[int, _Grams] = {}

    @cached_property
    def tokens(self) -> list[str]:
        """The tokens of the whole text."""
        return self._tokenizer.tokenize(self._text)

    @cached_property
    def sentences(self) -> list[list[str]]:
        """The tokens of each sentence."""
        return [self._tokenizer.tokenize(part) for part in self._splitter(self._text)]

    @cached_property
    def candidate(self) -> Candidate:
        """The sentences laid out for the union LCS."""
        return Candidate(self.sentences)

    def grams(self, n: int) -> _Grams:
        """The n-grams of the whole text."""
        if n not in self._grams:
            self._grams[n] = _Grams(self.tokens, n)
        return self._grams[n]


class Rouge:
    """Scores pairs of texts; equal to ``rouge-score`` given the same tokenizer and splitter.

    Args:
        tokenizer: any `summarizer_eval.tokenizers.Tokenizer`; default ``cjk``.
        splitter: ``sentence.1`` (default) or ``newline.1`` (as ``rouge-score`` has it), for Lsum.

    >>> Rouge().score("模型更快了", "模型更快", ["rouge1"])["rouge1"].recall
    0.8
    """

    def __init__(self, tokenizer: Tokenizer | None = None, *, splitter: str = "sentence.1") -> None:
        if splitter not in SPLITTERS:
            raise InputError(f"no splitter {splitter!r}", hint=f"one of {', '.join(SPLITTERS)}")
        self.tokenizer = tokenizer or CjkTokenizer()
        self.splitter = splitter
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._kept_size = 0

    def prepare(self, text: str) -> Prepared:
        """A text made ready. Those used last are kept, up to `_KEPT` characters: one summary meets
        several references and metrics, one reference several summaries."""
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
            return kept
        kept = self._kept[text] = Prepared(text, self.tokenizer, SPLITTERS[self.splitter])
        self._kept_size += len(text)
        while self._kept_size > _KEPT and len(self._kept) > 2:
            self._kept_size -= len(self._kept.popitem(last=False)[0])
        return kept

    def score(self, target: str, prediction: str, types: Sequence[str]) -> dict[str, Score]:
        """Scores of a prediction against one target, by type: ``rouge1`` … ``rouge9``,
        ``rougeL``, ``rougeLsum``.

        Raises:
            InputError: a type is none of these.
        """
        _check(types)
        wanted, predicted = self.prepare(target), self.prepare(prediction)
        return {kind: _score(kind, wanted, predicted) for kind in types}

    def score_pairs(
        self, pairs: Sequence[tuple[str, str]], types: Sequence[str]
    ) -> list[dict[str, Score]]:
        """The same for many pairs of (target, prediction), some three times as fast.

        Raises:
            InputError: a type is none of those of `score`.
        """
        _check(types)
        found: list[dict[str, Score]] = []
        for start in range(0, len(pairs), _BATCH):
            found += self._batch(pairs[start : start + _BATCH], types)
        return found

    def _batch(
        self, pairs: Sequence[tuple[str, str]], types: Sequence[str]
    ) -> list[dict[str, Score]]:
        columns: list[Sequence[Score]] = []
        counted: PairBatch | None = None
        for kind in types:
            if kind == "rougeLsum":
                columns.append([_lsum(self.prepare(a), self.prepare(b)) for a, b in pairs])
                continue
            if counted is None:
                places: dict[str, int] = {}
                wanted = [places.setdefault(a, len(places)) for a, _ in pairs]
                predicted = [places.setdefault(b, len(places)) for _, b in pairs]
                tokens = map(self.tokenizer.tokenize, list(places))
                counted = PairBatch(tokens, wanted, predicted)
            columns.append(
                _scores(counted.lcs() if kind == "rougeL" else counted.ngrams(_NGRAMS[kind]))
            )
        return [dict(zip(types, scores, strict=True)) for scores in zip(*columns, strict=True)]

    def score_multi(
        self, targets: Sequence[str], prediction: str, types: Sequence[str], *, rule: str = "max"
    ) -> dict[str, Score]:
        """Against several targets: ``max`` takes the target of the best F (as ``rouge-score``),
        ``mean`` the mean of precision, of recall and of F.

        Raises:
            InputError: no targets, or a rule or type that does not exist.
        """
        if not targets or rule not in RULES:
            raise InputError("needs a target and a rule, max or mean", where="score_multi")
        return over_references([self.score(target, prediction, types) for target in targets], rule)


def over_references(scores: Sequence[Mapping[str, Score]], rule: str) -> dict[str, Score]:
    """The scores of one prediction against several targets made into one, by a rule of `RULES`."""
    types = scores[0]
    if rule == "max":
        return {kind: max((s[kind] for s in scores), key=lambda s: s.fmeasure) for kind in types}
    size = len(scores)
    return {
        kind: Score(
            *(sum(column) / size for column in zip(*(s[kind] for s in scores), strict=True))
        )
        for kind in types
    }


def _check(types: Sequence[str]) -> None:
    for kind in types:
        if kind not in _NGRAMS and kind not in ("rougeL", "rougeLsum"):
            raise InputError(
                f"no such ROUGE: {kind}", hint="one of rouge1 … rouge9, rougeL, rougeLsum"
            )


def _score(kind: str, wanted: Prepared, predicted: Prepared) -> Score:
    n = _NGRAMS.get(kind)
    if n is not None:
        grams, target = predicted.grams(n), wanted.grams(n)
        return Score.of(grams.common(target), grams.total, target.total)
    if kind == "rougeLsum":
        return _lsum(wanted, predicted)
    ours, theirs = predicted.tokens, wanted.tokens
    return Score.of(_lcs_length(ours, theirs), len(ours), len(theirs))


def _scores(counts: Counts) -> list[Score]:
    """`Score.of` of each pair, in the same order of operations."""
    precision = counts.hits / np.maximum(counts.predicted, 1)
    recall = counts.hits / np.maximum(counts.wanted, 1)
    total = precision + recall
    fmeasure = 2 * precision * recall / np.where(total > 0, total, 1.0)
    parts = (precision.tolist(), recall.tolist(), fmeasure.tolist())
    # What Score._make does, without a call of Python for each pair.
    return list(map(partial(tuple.__new__, Score), zip(*parts, strict=True)))


def _lsum(wanted: Prepared, predicted: Prepared) -> Score:
    size = sum(map(len, predicted.sentences))
    target = sum(map(len, wanted.sentences))
    if not size or not target:
        return Score(0.0, 0.0, 0.0)
    return Score.of(union_hits(wanted.sentences, predicted.candidate), size, target)


def _lcs_length(first: list[str], second: list[str]) -> int:
    from rapidfuzz.distance import LCSseq

    return int(LCSseq.similarity(first, second))
