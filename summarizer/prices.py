"""Prices and context windows of models, from a dated data file that the user can extend.

The file in the package is made by ``scripts/update_models.py``; it names its source, date and
licence. A user's own file (``SUMMARIZER_MODELS``, else ``models.json`` in the user's configuration
folder) has the same ``models`` and goes first. What is in neither is unknown, and unknown is not
zero.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError
from summarizer.jsonlines import Json, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.models.base import Usage

__all__ = ["MODELS_SCHEMA", "Price", "cost_usd", "max_output_of", "price_of", "prices_date",
           "window_of"]  # fmt: skip

MODELS_SCHEMA = 1
_MILLION = 1_000_000

# A bare name is looked up under its maker, never under a reseller with another price.
_MAKERS = ("openai", "deepseek", "dashscope", "moonshot", "zai", "minimax", "gemini", "xai",
           "mistral", "volcengine", "perplexity")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens."""

    input: float
    output: float
    cached_input: float | None = None
    """Of prompt tokens served from the provider's cache; None: as any other."""
    long_above: int | None = None
    """Prompts of more tokens than this are billed at the long prices, whole."""
    long_input: float | None = None
    long_output: float | None = None
    long_cached_input: float | None = None


FREE = Price(0.0, 0.0, 0.0)


def price_of(model: str, *, batch: bool = False) -> Price | None:
    """What a model costs; None where it is unknown.

    Args:
        model: name or spec; embedded models cost nothing.
        batch: the price of the Batch API; None where the table lists none.
    """
    if model.startswith("extractive:"):
        return FREE
    row = _row(model)
    if row is None or "input" not in row or "output" not in row:
        return None
    if not batch:
        return Price(
            row["input"], row["output"], row.get("cached_input"), row.get("long_above"),
            row.get("long_input"), row.get("long_output"), row.get("long_cached_input"),
        )  # fmt: skip
    if "batch_input" in row and "batch_output" in row:
        return Price(row["batch_input"], row["batch_output"], row.get("batch_cached_input"))
    return None


def cost_usd(usage: Usage, price: Price | None) -> float | None:
    """US dollars of one request; None where price or usage is unknown.

    Cached prompt tokens are part of the prompt tokens and billed at their own price.
    """
    if price is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    into, out, cached_price = price.input, price.output, price.cached_input
    if price.long_above is not None and prompt > price.long_above:
        into = into if price.long_input is None else price.long_input
        out = out if price.long_output is None else price.long_output
        cached_price = cached_price if price.long_cached_input is None else price.long_cached_input
    cached = min(usage.cached_tokens or 0, prompt)
    cached_price = into if cached_price is None else cached_price
    total = (prompt - cached) * into + cached * cached_price + completion * out
    return total / _MILLION


def window_of(model: str) -> int | None:
    """Tokens of a model's context window; None where it is unknown."""
    return _whole(_row(model), "context_window")


def max_output_of(model: str) -> int | None:
    """The most tokens that a model answers with; None where it is unknown."""
    return _whole(_row(model), "max_output")


def prices_date() -> str:
    """Day of the shipped table, ``YYYY-MM-DD``: shown beside every estimate."""
    return str(_shipped().get("date", ""))


def _whole(row: Mapping[str, Any] | None, name: str) -> int | None:
    value = None if row is None else row.get(name)
    return value if isinstance(value, int) else None


def _row(model: str) -> Mapping[str, Any] | None:
    name = model.removeprefix("openai:")
    for table in (_own(), _shipped()["models"]):
        for candidate in (name, *(f"{maker}/{name}" for maker in _MAKERS)):
            if candidate in table:
                row: Mapping[str, Any] = table[candidate]
                return row
    return None


@lru_cache(maxsize=1)
def _shipped() -> Json:
    return read_json(Path(str(files("summarizer"))) / "data" / "models.json")


def _own() -> Mapping[str, Any]:
    named = os.environ.get("SUMMARIZER_MODELS")
    if named:
        return _load_own(Path(named))
    from platformdirs import user_config_path

    path = user_config_path("summarizer") / "models.json"
    return _load_own(path) if path.is_file() else {}


@lru_cache(maxsize=4)
def _load_own(path: Path) -> Mapping[str, Any]:
    """A user's table, checked.

    Raises:
        InputError: the file is absent, not JSON, or holds what is no price.
    """
    models = read_json(path).get("models")
    if not isinstance(models, dict):
        raise InputError('holds no object "models"', where=path)
    for name, row in models.items():
        good = isinstance(row, dict) and all(
            isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
            for value in row.values()
        )
        if not good:
            raise InputError(f"{name!r} must hold figures of at least 0", where=path)
    return models
