"""What the report's page is made of: the one home of its data contract.

``head`` (what the first screen needs; `gather` returns it)::

    {schema: 1, title, made_by, created_at, baseline: 0,
     variants: [{name, prompt, model, endpoint, params, samples, created_at, prompt_text,
                 digest: of all its summaries, documents, generations, statuses: {STATUS: n},
                 cost_usd|null, unpriced, prompt_tokens|null, completion_tokens|null, chars,
                 latency: {p50, p95}|null}],
     metrics: [{name, direction, group, against, signature, unit: "share"|"number",
                main: shown at once (the others are folded away),
                low, high,                      # range of the axis
                figures: [FIGURE|null a variant],
                bins: [[n, …]|null a variant]}],  # histogram over low..high
     comparison: null | as ``compare --json`` has it, with the names of `variants`; a candidate has
                 its `variant` (a number), a difference its `verdict`,
     answers: [ANSWER a candidate],                              # see `answers`
     stored: {documents, checked, verdicts: [s, c, u, n]},
     pairs: {"A-B": documents with two different summaries},     # what can be chosen between
     facets: {problems: {CODE: n}, langs: {…}, statuses: {…}, dates: [first, last]|null},
     documents, sources, commands: [TEXT]}

``row`` (one a document, in the table)::

    {i: position from 1, id, title, url|null, date: ISO or "", lang, problems: [code], key,
     chars, s: {n, c: [s, c, u, n]|null}|null,
     v: [null | {status, n: characters, m: [value|null a metric], c: [s, c, u, n]|null}]}

``detail`` (one a document, on its own page)::

    {i, id, source, metadata: {…}, problems: [{code, message}], stored|null, stored_claims: [CLAIM],
     v: [[{sample, status, summary|null, claims: [CLAIM], values: {NAME: v}, unscored: {NAME: why},
           prompt_tokens, completion_tokens, cost_usd, latency_s, cleanup, cut, finish_reason,
           error, model, cached, sent: [{role, content: [TEXT | 0 for the source]}]|null}, …] …]}

A document's value is the mean over its samples; FIGURE and CLAIM are as in docs/design.md.
"""

from __future__ import annotations

from collections import Counter, deque
from itertools import tee
from typing import TYPE_CHECKING, Protocol

from summarizer.document import Document, main_language
from summarizer.selection import document_date
from summarizer_eval.report.answers import answers
from summarizer_eval.report.totals import Tally, Totals, group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from summarizer.generation import Generation
    from summarizer.jsonlines import Json
    from summarizer.run import Run
    from summarizer_eval.metric import Figure, Value
    from summarizer_eval.report.store import Store

    Gathered = tuple[int, Json, list[tuple[int, int, Json, Json | None]]]
    Messages = Callable[[Run, Document], list[Json] | None]
    Claims = Callable[[Iterable[Document]], Iterator[list[Json]]]

__all__ = ["DATA_SCHEMA", "DocumentScores", "RunScores", "gather"]

DATA_SCHEMA = 1
_VERDICTS = ("supported", "contradicted", "unsupported", "unchecked")
# The order in which people ask: is it true, does it keep what matters, is it like the old one.
_FIRST = ("faithfulness", "contradicted", "unsupported", "fact_recall", "scored_share")


class DocumentScores(Protocol):
    """What `scoring` says of one summary."""

    @property
    def document_id(self) -> str: ...
    @property
    def sample(self) -> int: ...
    @property
    def values(self) -> Mapping[str, Value]: ...


class RunScores(Protocol):
    """What `scoring` says of one run."""

    @property
    def figures(self) -> Mapping[str, Figure]: ...
    def rows(self) -> Iterator[DocumentScores]: ...


def gather(
    runs: Sequence[Run],
    scores: Sequence[RunScores],
    store: Store,
    *,
    names: Sequence[str],
    comparison: Json | None = None,
    title: str = "",
    made_by: str = "",
    created_at: str = "",
    commands: Sequence[str] = (),
    messages: Messages | None = None,
    stored_claims: Claims | None = None,
) -> Json:
    """Fill `store` with rows and details; returns the head.

    Args:
        runs: in the order of the page; the first is the baseline.
        scores: of the same runs, in the same order.
        store: empty.
        names: what the page calls the runs.
        comparison: the JSON of `summarizer_eval.comparison`, where there is something to compare.
        messages: the messages that a run sent for a document, where they can be made again.
        stored_claims: checks the stored summaries of documents, in order; None leaves them
            unchecked.
    """
    metrics = _metrics(scores)
    variants = [
        _add_run(store, index, run, name, messages)
        for index, (run, name) in enumerate(zip(runs, names, strict=True))
    ]
    for index, run_scores in enumerate(scores):
        _add_scores(store, index, run_scores)
    totals = Totals(len(runs), metrics)
    for (position, document, entries), claims in _with_claims(store, stored_claims):
        row, detail = _row_and_detail(position, document, entries, len(runs), metrics, claims)
        totals.add(row, detail)
        store.add_row(row, detail)
    store.finish()
    head: Json = {
        "schema": DATA_SCHEMA,
        "title": title,
        "made_by": made_by,
        "created_at": created_at,
        "baseline": 0,
        "variants": variants,
        "metrics": totals.metrics(store, scores),
        "pairs": totals.pairs(),
        "comparison": comparison,
        "stored": totals.stored,
        "facets": totals.facets(),
        "documents": totals.documents,
        "sources": len(totals.sources),
        "commands": list(commands),
    }
    return {**head, "answers": answers(head)}


def _metrics(scores: Sequence[RunScores]) -> list[str]:
    """The metrics of the page's table: all but the parts of an F-measure, first things first."""
    names = list(dict.fromkeys(name for run in scores for name in run.figures))
    names = [
        name
        for name in names
        if not name.endswith(("_precision", "_recall")) or name == "fact_recall"
    ]
    first = [name for name in _FIRST if name in names]
    rest = [name for name in names if name not in first]
    return first + sorted(rest, key=lambda name: group_of(name)[0] != "source")


def _add_run(store: Store, index: int, run: Run, name: str, messages: Messages | None) -> Json:
    """Write a run's summaries; returns what the overview says of it."""
    tally = Tally()
    for document, generation in run.results():
        position = store.add_document(document.id, _document_json(document))
        tally.add(document, generation)
        if generation is None:
            continue
        # a source that was cut to the window was sent in part: what stood there is not known
        cut = generation.cut is not None
        sent = None if messages is None or cut else messages(run, document)
        store.add_summary(position, index, generation.sample, _summary_json(generation, sent))
    info = run.info
    return {
        "name": name,
        "prompt": run.prompt,
        "model": run.model,
        "endpoint": info.get("endpoint"),
        "params": info.get("params") or {},
        "samples": info.get("samples", 1),
        "created_at": info.get("created_at", ""),
        "prompt_text": (info.get("prompt") or {}).get("text"),
        **tally.to_json(),
    }


def _add_scores(store: Store, index: int, scores: RunScores) -> None:
    for entry in scores.rows():
        position = store.position(entry.document_id)
        if position is None:
            continue
        claims: list[Json] = []
        values, unscored = {}, {}
        for name, value in entry.values.items():
            if value.value is None:
                unscored[name] = value.unscored or ""
            else:
                values[name] = round(value.value, 4)
            if value.detail and "claims" in value.detail:
                claims = value.detail["claims"]
        store.add_scores(
            position,
            index,
            entry.sample,
            {"values": values, "unscored": unscored, "claims": claims},
        )


def _document_json(document: Document) -> Json:
    """What the report keeps of a document."""
    row = document.to_json()
    kept = ("id", "path", "url", "source_key", "title", "metadata", "source_text")
    rest = ("text_sha256", "stored_summary", "source_sha256", "summary_sha256", "problems")
    return {name: row[name] for name in (*kept, *rest)}


def _summary_json(generation: Generation, sent: list[Json] | None) -> Json:
    """What the report keeps of a generation: everything but the raw reply."""
    row = generation.to_json()
    kept = ("sample", "status", "summary", "cleanup", "cut", "finish_reason", "cost_usd")
    return {
        **{name: row[name] for name in kept},
        "latency_s": row["latency_s"],
        "cached": row["cached"],
        "error": row["error"],
        "model": row["model"],
        "prompt_tokens": row["usage"]["prompt_tokens"],
        "completion_tokens": row["usage"]["completion_tokens"],
        "sent": sent,
    }


def _with_claims(
    store: Store, check: Claims | None
) -> Iterator[tuple[Gathered, list[Json] | None]]:
    """The documents, each with the claims of its stored summary where it has been checked."""
    if check is None:
        for entry in store.gathered():
            yield entry, None
        return
    gathered, ahead = tee(store.gathered())  # the checker reads some documents ahead
    claims = check(Document.from_json(row) for _, row, _ in ahead if row["stored_summary"])
    for entry in gathered:
        yield entry, next(claims) if entry[1]["stored_summary"] else None
    deque(claims, 0)  # lets the checker keep what it found


def _row_and_detail(
    position: int,
    document: Json,
    entries: list[tuple[int, int, Json, Json | None]],
    variants: int,
    metrics: Sequence[str],
    stored_claims: list[Json] | None,
) -> tuple[Json, Json]:
    """The two faces of a document (see the contract above)."""
    summaries: list[list[Json]] = [[] for _ in range(variants)]
    for variant, sample, summary, scored in entries:
        scored = scored or {"values": {}, "unscored": {}, "claims": []}
        summaries[variant].append({**summary, **scored, "sample": sample})
    stored = document["stored_summary"]
    row = {
        "i": position,
        "id": document["id"],
        "title": document["title"],
        "url": document["url"],
        "date": document_date(Document.from_json(document)) or "",
        "lang": main_language(document["source_text"]),
        "problems": [problem["code"] for problem in document["problems"]],
        "key": document["source_key"],
        "chars": len(document["source_text"]),
        "s": None
        if not stored
        else {"n": len(stored), "c": None if stored_claims is None else _verdicts(stored_claims)},
        "v": [_row_entry(samples, metrics) for samples in summaries],
    }
    detail = {
        "i": position,
        "id": document["id"],
        "source": document["source_text"],
        "metadata": document["metadata"],
        "problems": document["problems"],
        "stored": stored,
        "stored_claims": stored_claims or [],
        "v": summaries,
    }
    return row, detail


def _row_entry(samples: list[Json], metrics: Sequence[str]) -> Json | None:
    """One variant's part of a row: means over the samples."""
    if not samples:
        return None
    values = []
    for name in metrics:
        known = [entry["values"][name] for entry in samples if name in entry["values"]]
        values.append(round(sum(known) / len(known), 4) if known else None)
    claims = [claim for entry in samples for claim in entry["claims"]]
    lengths = [len(entry["summary"]) for entry in samples if entry["summary"]]
    worst = next((entry["status"] for entry in samples if entry["status"] != "ok"), "ok")
    return {
        "status": worst,
        "n": round(sum(lengths) / len(lengths)) if lengths else 0,
        "m": values,
        "c": _verdicts(claims) if claims else None,
    }


def _verdicts(claims: list[Json]) -> list[int]:
    counts = Counter(claim["verdict"] for claim in claims)
    return [counts[verdict] for verdict in _VERDICTS]
