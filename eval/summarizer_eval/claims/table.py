"""What labels say of a checker, as a table: shares with intervals, operating points, detectors.

Intervals are Wilson's (1927) over the documents' effective number of cases: documents are clusters
(design effect, Kish 1965). Precision at a prevalence is Bayes' rule over recall and false alarms;
its bounds take both of their bounds at once and are therefore wider than 95%.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from summarizer.jsonlines import Json

__all__ = ["Detector", "Evaluation", "Failure", "Point", "Row", "make_row", "precision_at"]

# Operating points: what gates, and what is worth a look.
POINTS = ("contradicted", "flagged")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a labelled document is not in the table."""

    message: str
    checker: bool
    """The checker failed on it; else the row is at fault."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    """``claims supported`` (lower is better), ``planted number`` (higher is better), …"""
    flagged: int
    contradicted: int
    total: int
    low: float
    high: float
    """Of the share flagged: a 95% interval."""
    contradicted_low: float = 0.0
    contradicted_high: float = 1.0

    @property
    def share(self) -> float:
        """Flagged of all."""
        return self.flagged / self.total

    @property
    def contradicted_share(self) -> float:
        """Contradicted of all."""
        return self.contradicted / self.total

    def at(self, point: str) -> tuple[float, float, float]:
        """Share, low and high at an operating point, ``flagged`` or ``contradicted``."""
        if point == "flagged":
            return self.share, self.low, self.high
        return self.contradicted_share, self.contradicted_low, self.contradicted_high

    def to_json(self) -> Json:
        """For ``--json``."""
        return {
            "name": self.name,
            "flagged": self.flagged,
            "contradicted": self.contradicted,
            "total": self.total,
            "share": self.share,
            "low": self.low,
            "high": self.high,
            "contradicted_share": self.contradicted_share,
            "contradicted_low": self.contradicted_low,
            "contradicted_high": self.contradicted_high,
        }


@dataclass(slots=True)
class Detector:
    """How often one detector flagged what is wrong, and what is not."""

    name: str
    """As ``Claim.checker`` has it behind the colon; ``(whole)`` where it names none."""
    flagged: int = 0
    contradicted: int = 0
    """Of the flagged, those in a claim that is called contradicted."""
    planted: int = 0
    wrong: int = 0
    """Hits: planted errors, and stored claims that are labelled wrong."""
    supported: int = 0
    paraphrases: int = 0
    """False alarms: claims labelled supported, and edits that keep the meaning."""

    def count(self, truth: str, contradicted: bool) -> None:
        """Count one flagged case; those that stand in another row too are left out."""
        field = {"wrong": "wrong", "right": "supported", "planted": "planted",
                 "paraphrase": "paraphrases"}.get(truth)  # fmt: skip
        if field is not None:
            self.flagged += 1
            self.contradicted += contradicted
            setattr(self, field, getattr(self, field) + 1)


@dataclass(frozen=True, slots=True)
class Point:
    """A checker at one operating point; each figure is (value, low, high), None: not measured."""

    name: str
    false_alarms: tuple[float, float, float] | None
    """Share of supported claims; lower is better."""
    recall: tuple[float, float, float] | None
    """Share of the wrong claims of the labelled summaries; higher is better."""
    planted_recall: tuple[float, float, float] | None
    """Share of the planted errors; higher is better."""
    precision: tuple[float, float, float] | None
    """Of what is marked in an archive with that prevalence of such wrong claims, what is wrong."""
    planted_precision: tuple[float, float, float] | None
    """The same, where the wrong claims are like the planted ones."""
    clean_documents: tuple[float, float, float] | None
    """Share of documents without a wrong claim in which anything is marked; lower is better."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that labels say of a checker."""

    checker: str
    """Name and version."""
    documents: int
    rows: tuple[Row, ...]
    detectors: tuple[Detector, ...]
    given_prevalence: float | None = None
    failed: tuple[tuple[int, Failure], ...] = ()
    """Documents that are not in the table: number of the row, from 1, and why."""

    def row(self, name: str) -> Row | None:
        """A row by name; None where the labels hold no such case."""
        return next((row for row in self.rows if row.name == name), None)

    @property
    def prevalence(self) -> float | None:
        """Share of wrong claims at which precision is given; by default that of the labels."""
        if self.given_prevalence is not None:
            return self.given_prevalence
        wrong, right = self.row("claims wrong"), self.row("claims supported")
        total = (wrong.total if wrong else 0) + (right.total if right else 0)
        return (wrong.total if wrong else 0) / total if total else None

    @property
    def points(self) -> tuple[Point, ...]:
        """``contradicted`` (what gates) and ``flagged`` (what is worth a look)."""
        return tuple(self._point(name) for name in POINTS)

    def _point(self, name: str) -> Point:
        def at(row: str) -> tuple[float, float, float] | None:
            found = self.row(row)
            return None if found is None else found.at(name)

        alarms, recall, planted = (
            at("claims supported"),
            at("claims wrong"),
            at("planted, all types"),
        )
        return Point(
            name,
            alarms,
            recall,
            planted,
            precision_at(self.prevalence, recall, alarms),
            precision_at(self.prevalence, planted, alarms),
            at("clean documents"),
        )

    def to_json(self) -> Json:
        """For ``--json``."""
        points = []
        for point in self.points:
            figures = asdict(point)
            name = figures.pop("name")
            points.append({"point": name} | {key: _figure(value) for key, value in figures.items()})
        return {
            "checker": self.checker,
            "documents": self.documents,
            "prevalence": self.prevalence,
            "rows": [row.to_json() for row in self.rows],
            "points": points,
            "detectors": [asdict(item) for item in self.detectors],
            "failed": [{"row": row, "error": why.message} for row, why in self.failed],
        }


def precision_at(
    prevalence: float | None,
    recall: tuple[float, float, float] | None,
    alarms: tuple[float, float, float] | None,
) -> tuple[float, float, float] | None:
    """Share of marked claims that are wrong, with bounds; None where nothing is ever marked.

    Args:
        prevalence: share of wrong claims, 0 to 1.
        recall: share of wrong claims that are marked, with its interval.
        alarms: share of right claims that are marked, with its interval.

    >>> [round(x, 3) for x in precision_at(0.066, (0.64, 0.56, 0.72), (0.009, 0.002, 0.036))]
    [0.834, 0.524, 0.962]
    """
    if prevalence is None or recall is None or alarms is None:
        return None

    def bayes(found: float, false: float) -> float | None:
        marked = prevalence * found + (1 - prevalence) * false
        return prevalence * found / marked if marked > 0 else None

    value = bayes(recall[0], alarms[0])
    low, high = bayes(recall[1], alarms[2]), bayes(recall[2], alarms[1])
    return None if value is None else (value, low or 0.0, 1.0 if high is None else high)


def make_row(name: str, cells: list[list[int]]) -> Row:
    """A row from (flagged, contradicted, total) of each document."""
    flagged = sum(cell[0] for cell in cells)
    contradicted = sum(cell[1] for cell in cells)
    total = sum(cell[2] for cell in cells)
    low, high = clustered_interval([(cell[0], cell[2]) for cell in cells])
    sure_low, sure_high = clustered_interval([(cell[1], cell[2]) for cell in cells])
    return Row(name, flagged, contradicted, total, low, high, sure_low, sure_high)


def clustered_interval(cells: list[tuple[int, int]], z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share over (hits, cases) of each document."""
    total = sum(size for _, size in cells)
    share = sum(hits for hits, _ in cells) / total
    n = float(total)
    if len(cells) > 1 and 0 < share < 1:
        spread = sum((hits - share * size) ** 2 for hits, size in cells)
        clustered = spread * len(cells) / (len(cells) - 1) / total**2
        n = total / max(1.0, clustered / (share * (1 - share) / total))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _figure(value: tuple[float, float, float] | None) -> Json | None:
    return None if value is None else {"value": value[0], "low": value[1], "high": value[2]}
