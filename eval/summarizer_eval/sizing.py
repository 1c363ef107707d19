"""How many documents a check needs, and which margins, from an archive's own noise.

`suggest` is what ``summarizer init`` writes. It names beforehand from how many documents on each
planted harm is found; ``benchmarks/gate.py`` proves that on sources that it did not see.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from summarizer_eval.calibration import SIZES, Triples
from summarizer_eval.gate import DEFAULT_MARGINS
from summarizer_eval.harms import standard_harms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer.document import Document
    from summarizer_eval.harms import PlantedHarm

__all__ = ["FEWEST", "POWER", "Suggestion", "named_size", "suggest", "widened"]

POWER = 0.8
FEWEST = 20
"""Sources with three summaries: with fewer the rates would say little about the archive."""
USUAL = 120
_DRAWS = 400
_ERRORS = 2.0
"""A size is named where the rate is above `POWER` by so many Monte Carlo standard errors."""
_BOTH = 2 * 1.645
"""Normal quantiles: a bound at 95% that lies above the margin in 95% of checks."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How many documents a suite needs, and what it then finds."""

    size: int
    """Sources, the unit of inference."""
    why: str
    found: tuple[tuple[str, int | None], ...] = ()
    """Harms and from how many documents on at least `POWER` of checks regress where they are
    planted; None: not at any size that was tried. Empty: not measured."""
    margins: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_MARGINS))
    noise: Mapping[str, float] = field(default_factory=dict)
    """Metric to the standard deviation of the difference of two equally good summaries."""

    def documents_for(self, documents: Sequence[Document]) -> int:
        """How many random documents hold so many sources; all of them where they hold fewer."""
        drawn = random.Random(0).sample(list(documents), len(documents))  # noqa: S311 - no secret
        seen: set[str] = set()
        for number, document in enumerate(drawn, start=1):
            if document.source_text.strip():
                seen.add(document.key)
            if len(seen) >= self.size:
                return number
        return len(drawn)


def suggest(documents: Sequence[Document]) -> Suggestion:
    """The documents that a suite needs so that an unchanged prompt passes four times of five and
    planted harm is found as often, where some size that was tried does both.

    Args:
        documents: of the archive; sources with three different stored summaries are measured.
    """
    triples = Triples(documents)
    if len(triples) < FEWEST:
        return Suggestion(USUAL, "the usual size: too few sources have three summaries to measure")
    noise = triples.noise()
    sources = len({document.key for document in documents if document.source_text.strip()})
    largest = max((size for size in SIZES if size <= sources), default=SIZES[0])
    margins = widened(noise, largest)
    triples.gate = replace(triples.gate, margins=margins)
    passed = {size: triples.rates(size, draws=_DRAWS).passed for size in SIZES if size <= largest}
    calm = [size for size, rate in passed.items() if rate >= POWER]
    harms = standard_harms(document.reference for document in documents)
    found = tuple((harm.name, named_size(triples, harm)) for harm in harms)
    if not calm:
        why = f"the most that was tried; {passed[largest]:.0%} of unchanged prompts pass here"
        return Suggestion(largest, why, found, margins, noise)
    named = [size for _, size in found if size is not None and size <= largest]
    size = max(calm[0], *named) if named else calm[0]
    why = f"{passed[size]:.0%} of unchanged prompts pass at this size here"
    return Suggestion(size, why, found, margins, noise)


def named_size(triples: Triples, harm: PlantedHarm, *, draws: int = _DRAWS) -> int | None:
    """The smallest size at which a harm is found in `POWER` of checks, beyond Monte Carlo error.

    Both where baseline and candidate were made anew and where the harm alone differs.

    Returns:
        Documents; None where no size that was tried is enough.
    """
    harmed = triples.harmed(harm.plant)

    def found(size: int, same: bool, count: int) -> float:
        return triples.rates(
            size, draws=count, harmed=harmed, share=harm.share, same=same
        ).regressed

    error = _ERRORS * math.sqrt(POWER * (1 - POWER))
    few = draws // 8
    for size in SIZES:
        hopeless = found(size, False, few) < POWER - error / math.sqrt(few)
        wanted = POWER + error / math.sqrt(draws)
        if not hopeless and all(found(size, same, draws) >= wanted for same in (False, True)):
            return size
    return None


def widened(noise: Mapping[str, float], size: int) -> dict[str, float]:
    """The default margins, wider where noise hides them even at this size; to two places.

    Args:
        noise: standard deviation of a metric's paired differences.
        size: sources.
    """
    margins = {}
    for name, margin in DEFAULT_MARGINS.items():
        least = _BOTH * noise.get(name, 0.0) / math.sqrt(size)
        margins[name] = max(margin, math.ceil(100 * least - 1e-9) / 100)
    return margins
