"""How the gate behaves on an archive's own noise: A/A checks of summaries that are equally good.

A source with three stored summaries gives one draw: one is the reference, the others are the
baseline and the candidate. Nothing truly differs, so every "regress" is false, and "pass" is the
power to say so. With a harm planted in the candidate the same draws measure what is found.

Baseline and candidate are cleaned up as a model's reply is: a stored "（99字）" is a number from
nowhere, and no run holds one.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import permutations
from statistics import pstdev
from typing import TYPE_CHECKING

from summarizer.models.base import Reply
from summarizer.prompt import Prompt
from summarizer.replies import understand
from summarizer_eval.baseline import watched
from summarizer_eval.gate import Gate
from summarizer_eval.metric import Item
from summarizer_eval.metrics.registry import Settings, build_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from summarizer.document import Document

__all__ = ["SIZES", "Rates", "Triples"]

SIZES = (30, 60, 120, 200, 300)
_ORDERS = 6
"""Assignments of summaries to roles that are measured for each source."""

Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class Rates:
    """Outcomes of many draws at one size."""

    size: int
    draws: int
    passed: float
    regressed: float
    inconclusive: float

    @property
    def monte_carlo_error(self) -> float:
        """Standard error of the regress rate."""
        p = self.regressed
        return float((p * (1 - p) / self.draws) ** 0.5)


class Triples:
    """Sources with three different stored summaries, measured once.

    Args:
        documents: of an archive.
        gate: whose metrics are measured.
        seed: of the roles and draws.
    """

    def __init__(
        self, documents: Iterable[Document], *, gate: Gate | None = None, seed: int = 0
    ) -> None:
        self.gate = gate or Gate()
        self._random = random.Random(seed)  # noqa: S311 - reproducible, no secret
        self._prompt = Prompt.load("brief_zh")  # any one: that of a plain text reply
        self._metrics, _ = build_metrics(Settings(tuple(watched(self.gate))))
        self._groups: list[list[Document]] = []
        by_source: dict[tuple[str, str], dict[str, Document]] = defaultdict(dict)
        for document in documents:
            if document.reference:
                place = by_source[document.key, document.text_sha256]
                place.setdefault(document.reference, document)
        seen: set[str] = set()
        for (key, _), found in by_source.items():
            if len(found) >= 3 and key not in seen:
                seen.add(key)
                self._groups.append(list(found.values()))
        self._pairs = [self._measured(group) for group in self._groups]

    def __len__(self) -> int:
        """How many sources there are."""
        return len(self._groups)

    def _measured(self, group: Sequence[Document]) -> list[tuple[Item, Values, Values]]:
        orders = (
            list(permutations(group, 3))
            if len(group) < 6
            else [tuple(self._random.sample(list(group), 3)) for _ in range(_ORDERS)]
        )
        chosen = self._random.sample(orders, min(_ORDERS, len(orders)))
        found = []
        for reference, first, second in chosen:
            item = Item("", reference, self._replied(second), (reference.reference or "",))
            ours = self._score(replace(item, summary=self._replied(first)))
            found.append((item, ours, self._score(item)))
        return found

    def _replied(self, document: Document) -> str | None:
        """A stored summary as a run would hold it."""
        reply = Reply(document.reference, finish_reason="stop")
        return understand(reply, self._prompt).summary or document.reference

    def noise(self) -> dict[str, float]:
        """Metric to the standard deviation of the difference of two equally good summaries."""
        found: dict[str, list[float]] = defaultdict(list)
        for pairs in self._pairs:
            for _, first, second in pairs:
                for metric in self.gate.margins:
                    if metric in first and metric in second:
                        found[metric].append(second[metric] - first[metric])
        return {name: pstdev(values, mu=0.0) for name, values in sorted(found.items())}

    def _score(self, item: Item) -> Values:
        return {
            name: value.value
            for metric in self._metrics
            for name, value in metric.score(item).items()
            if value.value is not None
        }

    def harmed(self, harm: Callable[[str, random.Random], str]) -> list[list[Values | None]]:
        """The values of every candidate with a harm planted; None where it changes nothing."""
        found: list[list[Values | None]] = []
        for pairs in self._pairs:
            row: list[Values | None] = []
            for item, _, _ in pairs:
                text = harm(item.summary or "", self._random)
                row.append(
                    None if text == item.summary else self._score(replace(item, summary=text))
                )
            found.append(row)
        return found

    def rates(
        self,
        size: int,
        *,
        draws: int = 1000,
        harmed: Sequence[Sequence[Values | None]] | None = None,
        share: float = 1.0,
        same: bool = False,
    ) -> Rates:
        """Outcomes of the gate over draws of `size` sources, drawn with replacement.

        Args:
            size: sources a check.
            draws: how many checks.
            harmed: of `harmed`; planted in a share of the candidates.
            share: of the sources that are harmed.
            same: baseline and candidate are the same generation, but for the harm.
        """
        open_to_harm = sum(value is not None for row in harmed or () for value in row)
        share *= sum(map(len, harmed or ())) / max(1, open_to_harm)
        outcomes: Counter[str] = Counter()
        for _ in range(draws):
            ours: dict[str, Values] = defaultdict(dict)
            theirs: dict[str, Values] = defaultdict(dict)
            for number in range(size):
                index = self._random.randrange(len(self._pairs))
                order = self._random.randrange(len(self._pairs[index]))
                _, first, second = self._pairs[index][order]
                if harmed is None and self._random.random() < 0.5:
                    first, second = second, first  # nothing tells them apart: no bias either
                old = second if same else first
                hurt = harmed[index][order] if harmed is not None else None
                new = hurt if hurt is not None and self._random.random() < share else second
                for metric in {*self.gate.margins, *self.gate.collapse}:
                    if metric in old and metric in new:
                        ours[metric][str(number)] = old[metric]
                        theirs[metric][str(number)] = new[metric]
            decision = self.gate.decide(ours, theirs, documents=theirs, baseline_documents=ours)
            outcomes[decision.outcome] += 1
        return Rates(
            size,
            draws,
            outcomes["pass"] / draws,
            outcomes["regress"] / draws,
            outcomes["inconclusive"] / draws,
        )
