"""Preferences of people between two runs, and how far metrics agree with them.

A label is one line: ``{schema, document, a, b, choice, left, at}``: `a` and `b` name the runs,
`choice` is ``a``, ``b`` or ``tie``, `left` says which of them stood first.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from summarizer.errors import InputError
from summarizer.jsonlines import read_lines
from summarizer_eval.statistics import TIE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from summarizer.jsonlines import Json
    from summarizer_eval.runscores import RunScores

__all__ = ["LABEL_SCHEMA", "Agreement", "Label", "agreement", "read_labels", "win_share"]

LABEL_SCHEMA = 1
_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Label:
    """What one person preferred for one document."""

    document: str
    a: str
    b: str
    choice: Literal["a", "b", "tie"]
    left: Literal["a", "b"]
    at: str = ""

    def to_json(self) -> Json:
        """A line of a labels file."""
        return {
            "schema": LABEL_SCHEMA,
            "document": self.document,
            "a": self.a,
            "b": self.b,
            "choice": self.choice,
            "left": self.left,
            "at": self.at,
        }


def read_labels(path: Path) -> list[Label]:
    """The labels of a file; of a document and pair of runs the last one counts.

    Raises:
        InputError: the file cannot be read, or a line is no label; names the line.
    """
    found: dict[tuple[str, str, str], Label] = {}
    for number, row in read_lines(path):
        texts = [row.get(name) for name in ("document", "a", "b")]
        if row.get("choice") not in ("a", "b", "tie") or not all(
            isinstance(text, str) and text for text in texts
        ):
            raise InputError(
                "is no label", where=f"{path}:{number}", hint="{document, a, b, choice: a|b|tie}"
            )
        label = Label(
            row["document"], row["a"], row["b"], row["choice"],
            "b" if row.get("left") == "b" else "a", str(row.get("at", "")),
        )  # fmt: skip
        found[label.document, label.a, label.b] = label
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a metric agrees with people, on documents where both decide."""

    metric: str
    n: int
    """Labelled documents that both runs have a value for."""
    accuracy: float | None
    """Share of decided labels where the metric prefers the same run, 0 to 1; a metric's tie is
    half right. .5 is chance."""
    accuracy_low: float | None
    """95% interval of the accuracy: percentile bootstrap over sources, seeded."""
    accuracy_high: float | None
    tau: float | None
    """Kendall's tau-b between preference (-1, 0, 1) and difference, -1 to 1 (Kendall 1945)."""
    low: float | None
    """95% interval of tau, from the same draws."""
    high: float | None

    def to_json(self) -> Json:
        """For ``compare --labels --json``."""
        return {name: getattr(self, name) for name in self.__slots__}


def win_share(labels: Sequence[Label], name: str) -> tuple[int, int, int]:
    """How often people preferred a run: (wins, ties, losses)."""
    wins = ties = losses = 0
    for label in labels:
        if name not in (label.a, label.b):
            continue
        if label.choice == "tie":
            ties += 1
        elif getattr(label, label.choice) == name:
            wins += 1
        else:
            losses += 1
    return wins, ties, losses


def agreement(
    labels: Sequence[Label], first: RunScores, second: RunScores, *, seed: int = 0
) -> list[Agreement]:
    """How far each metric of two scored runs agrees with labels of the same two runs.

    Raises:
        InputError: no label is of these runs.
    """
    names = (first.run.name, second.run.name)
    wanted: dict[str, float] = {}
    for label in labels:
        if {label.a, label.b} != set(names):
            continue
        towards = 0.0 if label.choice == "tie" else 1.0
        if label.choice != "tie" and getattr(label, label.choice) == names[0]:
            towards = -1.0
        wanted[label.document] = towards
    if not wanted:
        raise InputError(
            f"no label is of {names[0]} and {names[1]}",
            hint="labels name runs by their folders' names",
        )
    ours, sources = _values(first)
    theirs, _ = _values(second)
    found = []
    for metric, figure in first.figures.items():
        if figure.direction == "neutral" or metric not in second.figures:
            continue
        sign = -1.0 if figure.direction == "lower" else 1.0
        rows = [
            (sources[name], sign * (theirs[metric][name] - value), wanted[name])
            for name, value in ours.get(metric, {}).items()
            if name in wanted and name in theirs.get(metric, {})
        ]
        found.append(_agreement(metric, rows, seed))
    return found


def _values(scored: RunScores) -> tuple[Mapping[str, Mapping[str, float]], Mapping[str, str]]:
    from summarizer_eval.score_tables import score_tables

    sources = {row.document_id: row.source_key for row in scored.rows()}
    return score_tables(scored, scored.figures)[1], sources


def _agreement(metric: str, rows: Sequence[tuple[str, float, float]], seed: int) -> Agreement:
    pairs = [(difference, wanted) for _, difference, wanted in rows]
    clusters: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for source, difference, wanted in rows:
        clusters[source].append((difference, wanted))
    generator = random.Random(seed)  # noqa: S311 - a reproducible bootstrap, no secret
    groups = list(clusters.values())
    taus: list[float] = []
    shares: list[float] = []
    for _ in range(_DRAWS if len(groups) > 2 else 0):
        drawn = [pair for _ in groups for pair in generator.choice(groups)]
        if (tau := _tau(drawn)) is not None:
            taus.append(tau)
        if (share := _accuracy(drawn)) is not None:
            shares.append(share)
    return Agreement(
        metric, len(rows), _accuracy(pairs), *_percentiles(shares), _tau(pairs), *_percentiles(taus)
    )


def _percentiles(draws: list[float]) -> tuple[float | None, float | None]:
    draws.sort()
    if not draws:
        return None, None
    return draws[int(0.025 * len(draws))], draws[int(0.975 * len(draws))]


def _accuracy(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Over the decided labels; a metric's tie is half right."""
    right = [
        1.0 if difference * wanted > 0 else 0.5 if abs(difference) < TIE else 0.0
        for difference, wanted in pairs
        if wanted
    ]
    return sum(right) / len(right) if right else None


def _tau(pairs: Sequence[tuple[float, float]]) -> float | None:
    from scipy.stats import kendalltau

    if len({a for a, _ in pairs}) < 2 or len({b for _, b in pairs}) < 2:
        return None
    return float(kendalltau([a for a, _ in pairs], [b for _, b in pairs]).statistic)
