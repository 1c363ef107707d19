"""ROUGE agrees with people on SummEval as far as the literature says it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.summeval import ASPECTS, PUBLISHED, correlations


@pytest.mark.shared
@pytest.mark.slow
def test_the_published_correlations_come_out(shared: Path) -> None:
    """All 24 of arXiv 2303.16634 (table 1) and 2106.11520 (table 3), to 0.002 in three digits."""
    path = shared / "benchmarks" / "summeval.json"
    if not path.is_file():
        pytest.skip("SummEval is not in the shared folder")
    found = correlations(path)
    for kind, published in PUBLISHED.items():
        for aspect, expected in zip(ASPECTS, published, strict=True):
            for ours, theirs in zip(found[kind, aspect], expected, strict=True):
                assert round(ours, 3) == pytest.approx(theirs, abs=0.002 + 1e-9), (kind, aspect)
