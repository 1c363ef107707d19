"""A checker against hand labels: what it finds of the wrong claims, and where it cries wolf.

The labels are JSON Lines: ``{source, summary, title?, url?, date?, claims: [{start, end, label}],
planted?: [{start, end, replacement, type, clause?}], paraphrase?: [{start, end, replacement}],
rewrite…?: text}``. A claim counts as flagged where a verdict ``contradicted`` or ``unsupported``
overlaps its span. Planted edits are wrong on purpose; paraphrases keep the meaning; every field
whose name begins with ``rewrite`` is another faithful summary, flagged where any claim of it is.
Documents are clusters (see `summarizer_eval.claims.table`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from summarizer.errors import DocumentsFailed, InputError, ReplayMiss
from summarizer_eval.claims.claim import SourceDocument
from summarizer_eval.claims.many import checked, in_order, on_threads
from summarizer_eval.claims.table import Detector, Evaluation, Failure, Row, make_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from summarizer.jsonlines import Json
    from summarizer_eval.claims.claim import Checker, ClaimReport

__all__ = ["Detector", "Evaluation", "Row", "evaluate", "evaluate_labels"]

# Of a case: the claim is wrong, it is right, or it is part of another case.
_Truth = Literal["wrong", "right", "planted", "paraphrase", "other"]


@dataclass(frozen=True, slots=True)
class _Case:
    """One span of one text, and what the checker said of it."""

    name: str
    truth: _Truth
    flagged: bool
    contradicted: bool
    detectors: frozenset[str]
    """Who flagged it."""


def evaluate_labels(checker: Checker, labels: Iterable[Json]) -> list[Row]:
    """The table of a checker over labelled documents, by name of the row.

    Raises:
        InputError: a row lacks a field.
        DocumentsFailed: the checker failed on a document.
    """
    result = evaluate(checker, labels)
    for number, why in result.failed:
        raise (DocumentsFailed if why.checker else InputError)(why.message, where=f"row {number}")
    return list(result.rows)


def evaluate(
    checker: Checker,
    labels: Iterable[Json],
    *,
    prevalence: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """All that labels say of a checker; a document that fails is named and left out whole.

    Args:
        checker: who is measured; one with an attribute ``concurrency`` gets so many documents at
            once, on threads.
        labels: labelled documents.
        prevalence: share of wrong claims, 0 to 1, at which precision is given; None: that of the
            labels.
        progress: called with the number of documents done.

    Raises:
        InputError: nothing could be measured.
        EndpointUnusable, BudgetReached: nothing further can be asked.

    >>> from summarizer_eval.claims import default_checker
    >>> label = {"source": "Sales rose 26%.", "summary": "Sales rose 36%.",
    ...          "claims": [{"start": 0, "end": 14, "label": "contradicted"}]}
    >>> evaluate(default_checker(), [label]).row("claims wrong").share
    1.0
    """
    # name -> document -> [flagged, contradicted, total]
    found: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    detectors: dict[str, Detector] = {}
    failed: list[tuple[int, Failure]] = []
    documents = 0
    for number, outcome in enumerate(_outcomes(checker, labels), start=1):
        if progress is not None:
            progress(number)
        if isinstance(outcome, Failure):
            failed.append((number, outcome))
            continue
        documents += 1
        for case in outcome:
            cell = found[case.name][number]
            cell[0] += case.flagged
            cell[1] += case.contradicted
            cell[2] += 1
            for name in case.detectors:
                detectors.setdefault(name, Detector(name)).count(case.truth, case.contradicted)
    if not documents and not failed:
        raise InputError("there are no labelled documents")
    rows = tuple(make_row(name, list(cells.values())) for name, cells in sorted(found.items()))
    return Evaluation(
        f"{checker.name}.{checker.version}",
        documents,
        rows,
        tuple(sorted(detectors.values(), key=lambda item: (-item.flagged, item.name))),
        prevalence,
        tuple(failed),
    )


def _outcomes(checker: Checker, labels: Iterable[Json]) -> Iterator[list[_Case] | Failure]:
    work = partial(_cases_or_failure, checker)
    threads = getattr(checker, "concurrency", None)
    if not isinstance(threads, int):
        yield from map(work, labels)
        return
    with on_threads(threads) as executor:
        yield from in_order(labels, work, executor, ahead=threads * 2)


def _cases_or_failure(checker: Checker, row: Json) -> list[_Case] | Failure:
    try:
        return list(_cases(checker, row))
    except (DocumentsFailed, ReplayMiss) as error:
        return Failure(str(error), checker=True)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Failure(f"is no labelled document ({error!r})", checker=False)


def _cases(checker: Checker, row: Json) -> Iterator[_Case]:
    summary = row["summary"]
    if not isinstance(summary, str) or not isinstance(row["source"], str):
        raise TypeError("source and summary must be texts")
    source = SourceDocument(
        row["source"], row.get("title") or "", row.get("url") or "", row.get("date") or ""
    )
    judge = partial(checked, checker, source)
    report = judge(summary)
    wrong = False
    for claim in row["claims"]:
        span = (claim["start"], claim["end"])
        right = claim["label"] == "supported"
        wrong = wrong or not right
        truth: _Truth = "right" if right else "wrong"
        yield _case(f"claims {claim['label']}", truth, report, span)
        if not right:
            yield _case("claims wrong", "other", report, span)
    if not wrong:
        yield _case("clean documents", "other", report, (0, len(summary)))
    for edit in row.get("planted") or ():
        text, start, end = _edited(summary, edit, edit.get("clause"))
        report = judge(text)
        yield _case(f"planted {edit['type']}", "planted", report, (start, end))
        yield _case("planted, all types", "other", report, (start, end))
    for edit in row.get("paraphrase") or ():
        text, start, end = _edited(summary, edit, None)
        yield _case("paraphrases", "paraphrase", judge(text), (start, end))
    for name, text in row.items():
        if name.startswith("rewrite") and isinstance(text, str):
            yield _case("rewrites", "other", judge(text), (0, len(text)))


def _edited(summary: str, edit: Json, clause: list[int] | None) -> tuple[str, int, int]:
    """The edited summary and the span, in it, that is judged."""
    start, end, new = edit["start"], edit["end"], edit["replacement"]
    text = summary[:start] + new + summary[end:]
    shift = len(new) - (end - start)
    low, high = clause or (start, end)
    return text, min(low, start), max(high + shift, start + len(new))


def _case(name: str, truth: _Truth, report: ClaimReport, span: tuple[int, int]) -> _Case:
    start, end = span
    hits = [
        claim
        for claim in report.claims
        if claim.start < end
        and start < claim.end
        and claim.verdict in ("contradicted", "unsupported")
    ]
    contradicted = any(claim.verdict == "contradicted" for claim in hits)
    detectors = frozenset(claim.checker.partition(":")[2] or "(whole)" for claim in hits)
    return _Case(name, truth, bool(hits), contradicted, detectors)
