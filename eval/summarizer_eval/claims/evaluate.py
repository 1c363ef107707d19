"""A checker against hand labels: what it finds of the wrong claims, and where it cries wolf.

The labels are JSON Lines: ``{source, summary, title?, url?, claims: [{start, end, label}],
planted?: [{start, end, replacement, type, clause}], paraphrase?: [{start, end, replacement}]}``.
A claim counts as flagged where a verdict ``contradicted`` or ``unsupported`` overlaps its span.
Planted edits are wrong on purpose; paraphrases keep the meaning. Intervals are Wilson's over the
documents' effective number of cases (documents are clusters).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.errors import InputError
from summarizer_eval.claims.claim import SourceDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from summarizer.jsonlines import Json
    from summarizer_eval.claims.claim import Checker, ClaimReport

__all__ = ["Row", "evaluate_labels"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    """``supported`` (lower is better), ``planted number`` (higher is better), …"""
    flagged: int
    contradicted: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Flagged of all."""
        return self.flagged / self.total

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
        }


def evaluate_labels(checker: Checker, labels: Iterable[Json]) -> list[Row]:
    """The table of a checker over labelled documents.

    Raises:
        InputError: a row lacks a field.
    """
    # name -> document -> [flagged, contradicted, total]
    found: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for number, row in enumerate(labels, start=1):
        try:
            for name, flagged, contradicted in _cases(checker, row):
                cell = found[name][number]
                cell[0] += flagged
                cell[1] += contradicted
                cell[2] += 1
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"is no labelled document ({error!r})", where=f"row {number}"
            ) from error
    return [_row(name, list(cells.values())) for name, cells in sorted(found.items())]


def _cases(checker: Checker, row: Json) -> Iterator[tuple[str, bool, bool]]:
    summary = row["summary"]
    source = SourceDocument(row["source"], row.get("title", ""), row.get("url", ""))
    report = checker.check(source, summary)
    wrong = False
    for claim in row["claims"]:
        flagged, contradicted = _overlap(report, claim["start"], claim["end"])
        wrong = wrong or claim["label"] != "supported"
        yield f"claims {claim['label']}", flagged, contradicted
    if not wrong:
        flagged, contradicted = _overlap(report, 0, len(summary))
        yield "clean documents", flagged, contradicted
    for edit in row.get("planted", ()):
        text, start, end = _edited(summary, edit, edit.get("clause"))
        hit = _overlap(checker.check(source, text), start, end)
        yield f"planted {edit['type']}", *hit
        yield "planted, all types", *hit
    for edit in row.get("paraphrase", ()):
        text, start, end = _edited(summary, edit, None)
        yield "paraphrases", *_overlap(checker.check(source, text), start, end)


def _edited(summary: str, edit: Json, clause: list[int] | None) -> tuple[str, int, int]:
    """The edited summary and the span, in it, that is judged."""
    start, end, new = edit["start"], edit["end"], edit["replacement"]
    text = summary[:start] + new + summary[end:]
    shift = len(new) - (end - start)
    low, high = clause or (start, end)
    return text, min(low, start), max(high + shift, start + len(new))


def _overlap(report: ClaimReport, start: int, end: int) -> tuple[bool, bool]:
    hits = [claim.verdict for claim in report.claims if claim.start < end and start < claim.end]
    contradicted = "contradicted" in hits
    return contradicted or "unsupported" in hits, contradicted


def _row(name: str, cells: list[list[int]]) -> Row:
    flagged = sum(cell[0] for cell in cells)
    total = sum(cell[2] for cell in cells)
    low, high = _clustered_interval([(cell[0], cell[2]) for cell in cells])
    return Row(name, flagged, sum(cell[1] for cell in cells), total, low, high)


def _clustered_interval(cells: list[tuple[int, int]], z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval with the number of cases divided by the design effect (Kish 1965)."""
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
