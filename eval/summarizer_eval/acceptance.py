"""Whether a new summary is good enough to take the place of the stored one.

The default rules look at form and at contradicted claims; ``--when`` adds conditions on any
metric, against a number or against the same metric of the stored summary.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from summarizer.apply import Candidate
from summarizer.document import main_language
from summarizer.errors import InputError
from summarizer_eval.metric import Item
from summarizer_eval.metrics.form import keeps_format
from summarizer_eval.metrics.registry import Settings, build_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from summarizer.document import Document
    from summarizer.generation import Generation
    from summarizer.run import Run
    from summarizer_eval.metric import Metric, Value

__all__ = ["Acceptance", "Condition", "best_candidates", "parse_conditions"]

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(
    r"\s*(?P<metric>[\w.:-]+?)\s*(?P<operator>>=|<=|==|!=|>|<)\s*"
    r"(?:(?P<stored>stored)\s*(?P<margin>[+-]\s*[\d.]+)?|(?P<number>-?[\d.]+))\s*"
)
# A metric that holds a summary against the stored one says nothing of the stored one itself.
_OF_A_PAIR = re.compile(r"rouge|chrf|bertscore|fact_recall")


@dataclass(frozen=True, slots=True)
class Condition:
    """``faithfulness > stored``, ``rouge1 >= 0.4``, ``contradicted <= stored - 1``."""

    text: str
    metric: str
    operator: str
    number: float
    """What is compared with, or what is added to the stored summary's value."""
    stored: bool

    def reason(self, new: Value, stored: Value | None) -> str | None:
        """Why it does not hold; None where it does. A stored summary without a value gives way."""
        if new.value is None:
            return f"{self.metric} is unscored ({new.unscored})"
        bound = self.number
        if self.stored:
            if stored is None or stored.value is None:
                return None
            bound += stored.value
        if _OPERATORS[self.operator](new.value, bound):
            return None
        beside = f", stored {stored.value:.3g}" if stored and stored.value is not None else ""
        return f"not {self.text}: {self.metric} is {new.value:.3g}{beside}"


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Conditions joined by ``and``.

    Raises:
        InputError: it is none, or holds the stored summary against itself.
    """
    found = []
    for part in re.split(r"\s+and\s+", text.strip()):
        match = _CONDITION.fullmatch(part)
        try:
            if match is None:
                raise ValueError(part)
            number = float((match["margin"] or match["number"] or "0").replace(" ", ""))
        except ValueError as error:
            raise InputError(
                f"{part!r} is no condition",
                where="--when",
                hint="write METRIC > stored, or METRIC >= 0.5, joined by and",
            ) from error
        metric, stored = match["metric"], match["stored"] is not None
        if stored and _OF_A_PAIR.match(metric):
            raise InputError(
                f"{metric} compares with the stored summary already",
                where="--when",
                hint=f"give a number: {metric} >= 0.4",
            )
        found.append(Condition(part.strip(), metric, match["operator"], number, stored))
    return tuple(found)


class Acceptance:
    """Judges candidates, one at a time.

    Args:
        rules: hold the default rules: the form and language that the prompt asked for, and no more
            contradicted claims than the stored summary has.
        when: conditions that must hold besides.

    Raises:
        InputError: a condition names no metric.
    """

    def __init__(self, *, rules: bool = True, when: Sequence[Condition] = ()) -> None:
        self._rules = rules
        self._when = tuple(when)
        names = {condition.metric for condition in when} | ({"contradicted"} if rules else set())
        self._metrics: list[Metric] = []
        if names:
            self._metrics, _ = build_metrics(Settings(tuple(sorted(names))))

    def __call__(self, candidate: Candidate) -> str | None:
        """Why the summary is not to be written; None where it is."""
        form = candidate.run.info["prompt"].get("format")
        if self._rules and form and keeps_format(candidate.summary, form) is False:
            return f"it does not keep the prompt's format ({form})"
        language = candidate.run.info["prompt"].get("language")
        if self._rules and language in ("zh", "en"):
            own = main_language(candidate.summary)
            if own not in (language, "und"):
                return f"it is in {own}, the prompt asks for {language}"
        if not self._metrics:
            return None
        document = candidate.document
        new = self._values(candidate, candidate.summary)
        stored = self._values(candidate, document.stored_summary)
        if self._rules:
            ours, theirs = new["contradicted"].value or 0, stored["contradicted"].value or 0
            if ours > theirs:
                return f"it holds {ours:.0f} contradicted claims, the stored one {theirs:.0f}"
        for condition in self._when:
            reason = condition.reason(
                new[condition.metric], stored[condition.metric] if condition.stored else None
            )
            if reason:
                return reason
        return None

    def _values(self, candidate: Candidate, summary: str | None) -> Mapping[str, Value]:
        document = candidate.document
        prompt = candidate.run.info["prompt"]
        length = prompt.get("length")
        target = length.get("target") if isinstance(length, dict) else length
        unit = length.get("unit") if isinstance(length, dict) else None
        item = Item(
            key="",
            document=document,
            summary=summary or None,
            references=(document.reference,) if document.reference else (),
            target_length=target if isinstance(target, int) and target > 0 else None,
            length_unit=unit if unit in ("chars", "words") else None,
            prompt_format=prompt.get("format"),
            language=prompt.get("language"),
        )
        return {
            name: value for metric in self._metrics for name, value in metric.score(item).items()
        }


def best_candidates(
    runs: Sequence[Run], metric: str, *, progress: Callable[[int, int], None] | None = None
) -> Iterator[Candidate]:
    """For each document the best of several runs and their samples by one metric.

    Of equals the first run and sample is taken. A document that no summary has a value for comes
    without one.

    Raises:
        InputError: there is no such metric, it has no better and worse, or the runs are of
            different documents.
    """
    from summarizer_eval.scoring import score

    scored = score(list(runs), metrics=[metric], progress=progress)
    directions = {entry.figures[metric].direction for entry in scored if metric in entry.figures}
    if directions not in ({"higher"}, {"lower"}):
        raise InputError(
            f"{metric!r} has no better and worse", where="--best", hint="name one figure"
        )
    sign = 1 if directions == {"higher"} else -1
    best: dict[str, tuple[float, int, int]] = {}
    for index, entry in enumerate(scored):
        for row in entry.rows():
            value = row.values[metric].value
            if value is None:
                continue
            ranked = (sign * value, -index, -row.sample)
            best[row.document_id] = max(best.get(row.document_id, ranked), ranked)
    groups = [groupby(run.results(), key=lambda pair: pair[0].id) for run in runs]
    for entries in zip_longest(*groups):
        yield _chosen(runs, entries, best, metric)


def _chosen(
    runs: Sequence[Run],
    entries: Iterable[tuple[str, Iterator[tuple[Document, Generation | None]]] | None],
    best: Mapping[str, tuple[float, int, int]],
    metric: str,
) -> Candidate:
    listed = [(entry[0], list(entry[1])) if entry else ("", []) for entry in entries]
    if len({name for name, _ in listed}) != 1:
        raise InputError("the runs are of different documents", where="--best")
    name, pairs = listed[0]
    document = pairs[0][0]
    if name not in best:
        return Candidate(runs[0], document, None, unfit=f"{metric} is unscored in every run")
    _, index, sample = best[name]
    document, generation = listed[-index][1][-sample]
    return Candidate(runs[-index], document, generation, -sample)
