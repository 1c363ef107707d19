"""Re-summarize archives of documents, score the summaries, compare variants, gate CI.

Everything that the command does is a function here; names are imported when first used:

>>> from summarizer import check_claims
>>> report = check_claims("The model has 3 billion parameters.", "该模型有70亿参数。")
>>> report.claims[0].verdict
'unsupported'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer.archive import read_archive
    from summarizer.document import Document, Problem
    from summarizer.prompt import Prompt
    from summarizer.regeneration import aregenerate, regenerate
    from summarizer.run import Run
    from summarizer_eval.claims import check_claims
    from summarizer_eval.comparison import compare
    from summarizer_eval.gate import Gate
    from summarizer_eval.scoring import score

__all__ = [
    "Document",
    "Gate",
    "Problem",
    "Prompt",
    "Run",
    "aregenerate",
    "check_claims",
    "compare",
    "read_archive",
    "regenerate",
    "score",
]

# This facade is the one module outside the command that knows both packages, and by name only.
_HOMES = {
    "Document": "summarizer.document",
    "Gate": "summarizer_eval.gate",
    "Problem": "summarizer.document",
    "Prompt": "summarizer.prompt",
    "Run": "summarizer.run",
    "aregenerate": "summarizer.regeneration",
    "check_claims": "summarizer_eval.claims",
    "compare": "summarizer_eval.comparison",
    "read_archive": "summarizer.archive",
    "regenerate": "summarizer.regeneration",
    "score": "summarizer_eval.scoring",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
