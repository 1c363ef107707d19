"""Scores of summaries: ROUGE, claims, comparisons, the gate and the report."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer_eval.claims import check_claims
    from summarizer_eval.comparison import compare
    from summarizer_eval.gate import Gate
    from summarizer_eval.scoring import score

__all__ = ["Gate", "check_claims", "compare", "score"]

_HOMES = {
    "Gate": "summarizer_eval.gate",
    "check_claims": "summarizer_eval.claims",
    "compare": "summarizer_eval.comparison",
    "score": "summarizer_eval.scoring",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # `summarizer_eval.comparison` is a module and a function: the function wins, as documented.
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
