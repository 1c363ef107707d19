"""What scoring gives back: the figures of a run, and the values behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer_eval.scorefile import row_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from summarizer.jsonlines import Json
    from summarizer.run import Run
    from summarizer_eval.metric import Figure, Value

__all__ = ["ROWS_FILE", "SCORES_FILE", "DocumentScores", "RunScores", "position"]

SCORES_FILE = "scores.json"
ROWS_FILE = "scores.jsonl"


@dataclass(frozen=True, slots=True)
class DocumentScores:
    """What the metrics say of one generation."""

    document_id: str
    source_key: str
    key: str
    """Of the generation; empty where there is none yet."""
    sample: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RunScores:
    """The figures of a run, and the values behind them."""

    run: Run
    figures: Mapping[str, Figure]
    scale: Mapping[str, Json]
    """By figure: ``{floor, ceiling, n_chance_pairs, n_sources}``, where measured."""
    groups: frozenset[tuple[str, str]]
    """(metric, signature digest) of the lines of ``scores.jsonl`` that belong to the figures."""

    def rows(self) -> Iterator[DocumentScores]:
        """The scores of each generation, in the order of the plan; streams from the run."""
        for head, values in _grouped(self.run.path / ROWS_FILE, self.groups):
            yield DocumentScores(
                head["document"],
                head["source_key"],
                head["key"],
                head["sample"],
                {name: values[name] for name in self.figures if name in values},
            )

    def to_json(self) -> Json:
        """The entry of ``score --json``."""
        return {
            "run": str(self.run.path),
            "signature": {name: figure.signature for name, figure in self.figures.items()},
            "metrics": {name: figure.to_json() for name, figure in self.figures.items()},
        }


def _grouped(
    path: Path, groups: frozenset[tuple[str, str]]
) -> Iterator[tuple[Json, dict[str, Value]]]:
    """The first line of each generation, with the values of all lines of some groups."""
    from summarizer.jsonlines import read_lines

    head: Json | None = None
    values: dict[str, Value] = {}
    for _, row in read_lines(path):
        if (row["metric"], row["signature"]) not in groups:
            continue
        if head is None or (head["document"], head["sample"]) != (row["document"], row["sample"]):
            if head is not None:
                yield head, values
            head, values = row, {}
        values.update(row_values(row))
    if head is not None:
        yield head, values


def position(figure: Figure) -> float | None:
    """Where a figure stands between chance (0) and self-agreement (1); above 1 is possible."""
    if figure.mean is None or figure.floor is None or figure.ceiling is None:
        return None
    span = figure.ceiling - figure.floor
    return (figure.mean - figure.floor) / span if span > 0 else None
