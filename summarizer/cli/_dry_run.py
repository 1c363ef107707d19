"""What a batch would send and cost, before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from summarizer.document import Document
    from summarizer.models.base import Model
    from summarizer.prompt import Prompt

__all__ = ["dry_run"]


def dry_run(
    documents: Iterator[Document],
    prompts: Sequence[Prompt],
    models: Sequence[Model],
    options: dict[str, Any],
) -> None:
    """Print calls, cache hits, tokens and the cost from low to high, a row a prompt and model."""
    from summarizer.cli.output import note, print_json, print_table
    from summarizer.estimate import Total
    from summarizer.prices import prices_date
    from summarizer.regeneration.plan import Plan

    plans = [
        Plan.of(
            prompt,
            model,
            params=options["params"],
            samples=options["samples"],
            window=options["context_window"],
            archive={},
        )
        for prompt in prompts
        for model in models
    ]
    sums = [Total() for _ in plans]
    hits = [0] * len(plans)
    cache = _cache(options)
    count = 0
    for document in documents:
        count += 1
        if not document.source_text.strip():
            continue
        for index, plan in enumerate(plans):
            hits[index] += _count(plan, document, sums[index], cache)
    rows = [
        {
            "prompt": plan.prompt.name,
            "model": plan.model.spec,
            "cache_hits": hit,
            **total.to_json(),
        }
        for plan, total, hit in zip(plans, sums, hits, strict=True)
    ]
    if options["as_json"]:
        print_json({"documents": count, "prices_of": prices_date(), "plans": rows})
        return
    print_table(
        ["prompt", "model", "calls", "cached", "prompt tokens", "answer tokens", "cost"],
        [
            (
                row["prompt"],
                row["model"],
                row["calls"],
                row["cache_hits"],
                row["prompt_tokens"],
                f"{row['completion_tokens_low']}–{row['completion_tokens_high']}",
                _cost(row),
            )
            for row in rows
        ],
        right=range(2, 7),
    )
    note(f"{count} documents; prices of {prices_date()}; nothing was sent")


def _cost(row: dict[str, Any]) -> str:
    if row["cost_usd_low"] is None:
        return "price unknown"
    return f"${row['cost_usd_low']:.4f}–${row['cost_usd_high']:.4f}"


def _count(plan: Any, document: Document, total: Any, cache: Any) -> int:
    from summarizer.estimate import estimate_request
    from summarizer.regeneration.plan import requests_of
    from summarizer.tokens import count_messages

    hits = 0
    free = plan.model.endpoint in ("embedded", "replay")
    for asked in requests_of(plan, document):
        if cache is not None and cache.get(asked.request.key) is not None:
            hits += 1
            continue
        tokens = 0 if free else count_messages(asked.request.messages, plan.model.name).tokens
        total.add(
            estimate_request(
                tokens,
                plan.model.spec if free else plan.model.name,
                params=asked.request.params,
                length=asked.request.length,
            )
        )
    return hits


def _cache(options: dict[str, Any]) -> Any:
    from summarizer.cache import Cache, default_folder
    from summarizer.errors import InputError

    folder = Path(options["cache_dir"]) if options["cache_dir"] else default_folder()
    if options["no_cache"] or not folder.exists():
        return None
    try:
        return Cache.open(folder)
    except InputError:
        return None
