"""The claim checker on labelled sets, beside the naive check, with each detector left out in turn.

    python benchmarks/claims.py LABELS [--public FOLDER]

LABELS is what `summarizer claims evaluate` takes. Version 2 was tuned on documents whose URL has an
even SHA-256; later ones on both halves, which are still reported beside each other. The naive check
flags a claim with a number or a Latin word that the source does not have, as it is written.
Precision is at a prevalence of 6.6% wrong claims. FOLDER holds ``uhgeval-dev.jsonl`` and
``summedits-*-evaluation.jsonl``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from summarizer_eval.claims import Claim, ClaimReport, SourceDocument
from summarizer_eval.claims.detectors import DETECTORS, SENTENCE_DETECTORS, SUMMARY_DETECTORS
from summarizer_eval.claims.evaluate import Row, evaluate_labels
from summarizer_eval.claims.rules import RulesChecker
from summarizer_eval.claims.split import claim_spans

PREVALENCE = 0.066
FIVE = tuple(f"planted {kind}" for kind in ("number", "magnitude", "unit", "date", "entity"))
_TOKEN = re.compile(r"\d[\d.,]*\d|\d|[A-Za-z][A-Za-z0-9-]+")


class NaiveChecker:
    """Every number and Latin word of the clause occurs in the source."""

    name, version = "naive", "1"

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        """Flag a clause with a token that the source does not have."""
        text = f"{source.text}\n{source.title}".casefold()
        claims = []
        for start, end in claim_spans(summary):
            tokens = [match[0].casefold() for match in _TOKEN.finditer(summary[start:end])]
            known = all(token in text for token in tokens)
            verdict: Any = "unchecked" if not tokens else "supported" if known else "unsupported"
            claims.append(Claim(start, end, summary[start:end], "other", verdict))
        return ClaimReport(tuple(claims))


def half_of(row: dict[str, Any]) -> str:
    """``even``: version 2 was tuned on it; ``odd``: it was not."""
    return "odd" if int(hashlib.sha256(row["url"].encode()).hexdigest(), 16) % 2 else "even"


def share(table: dict[str, Row], names: tuple[str, ...]) -> float:
    """Flagged of all, over several rows."""
    found = [table[name] for name in names if name in table]
    return sum(row.flagged for row in found) / max(1, sum(row.total for row in found))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("labels", type=Path)
    parser.add_argument("--public", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.labels.read_text(encoding="utf-8").splitlines()]
    checkers: dict[str, Any] = {"rules": RulesChecker(), "naive": NaiveChecker()}
    tables = {
        (name, half): {
            row.name: row
            for row in evaluate_labels(
                checker, [row for row in rows if half in ("all", half_of(row))]
            )
        }
        for name, checker in checkers.items()
        for half in ("all", "even", "odd")
    }
    _gold(tables)
    _ablation(rows)
    _speed(rows)
    if options.public:
        _uhgeval(options.public / "uhgeval-dev.jsonl", checkers)
        _summedits(sorted(options.public.glob("summedits-*.jsonl")), checkers)


def _gold(tables: dict[tuple[str, str], dict[str, Row]]) -> None:
    out = sys.stdout
    out.write(f"{'':24}{'rules':>8} {'interval':>13} {'even':>7} {'odd':>7} {'naive':>7}\n")
    for name, row in tables["rules", "all"].items():
        cells = [tables[key].get(name) for key in (("rules", "even"), ("rules", "odd"),
                                                   ("naive", "all"))]  # fmt: skip
        values = " ".join("      –" if cell is None else f"{cell.share:7.3f}" for cell in cells)
        out.write(f"{name:24}{row.share:8.3f}   {row.low:.3f}–{row.high:.3f} {values}\n")
    keys = (("rules", "all"), ("rules", "even"), ("rules", "odd"), ("naive", "all"))
    five = [share(tables[key], FIVE) for key in keys]
    out.write(f"{'five types':24}{five[0]:8.3f} {'':13} "
              + " ".join(f"{value:7.3f}" for value in five[1:]) + "\n")  # fmt: skip
    for name in ("rules", "naive"):
        table = tables[name, "all"]
        hit = table["planted, all types"].share * PREVALENCE
        alarm = table["claims supported"].share * (1 - PREVALENCE)
        out.write(
            f"precision at {PREVALENCE:.1%} wrong claims, {name}: {hit / (hit + alarm):.3f}\n"
        )
    sure = tables["rules", "all"]["claims supported"]
    out.write(f"contradicted on supported claims: {sure.contradicted}/{sure.total}\n\n")


def _ablation(rows: list[dict[str, Any]]) -> None:
    sys.stdout.write(f"{'without':24}{'planted':>8} {'supported':>10} {'paraphrases':>12}\n")
    for name in (*DETECTORS, *SENTENCE_DETECTORS, *SUMMARY_DETECTORS):
        table = {row.name: row for row in evaluate_labels(RulesChecker(without=[name]), rows)}
        sys.stdout.write(
            f"{name:24}{table['planted, all types'].share:8.3f} "
            f"{table['claims supported'].share:10.3f} {table['paraphrases'].share:12.3f}\n"
        )


def _speed(rows: list[dict[str, Any]]) -> None:
    checker = RulesChecker()
    began, count = time.process_time(), 0
    while time.process_time() - began < 2:
        for row in rows:
            checker.check(SourceDocument(row["source"], row["title"]), row["summary"])
            count += 1
    rate = count / (time.process_time() - began)
    sys.stdout.write(f"\n{rate:.0f} summaries a second and core\n")


def _uhgeval(path: Path, checkers: dict[str, Any]) -> None:
    """Keywords that hold a digit: balanced accuracy of flagged where not ok."""
    for name, checker in checkers.items():
        kept, caught = [], []
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            report = checker.check(SourceDocument(row["source"]), row["summary"])
            for keyword in row["keywords"]:
                place = row["summary"].find(keyword["text"])
                if place < 0 or not re.search(r"\d", keyword["text"]):
                    continue
                end = place + len(keyword["text"])
                wrong = any(
                    claim.verdict in ("unsupported", "contradicted")
                    for claim in report.claims
                    if claim.start < end and place < claim.end
                )
                (kept if keyword["ok"] else caught).append(wrong)
        keeps = 1 - sum(kept) / len(kept)
        catches = sum(caught) / len(caught)
        sys.stdout.write(
            f"UHGEval, {name}: balanced accuracy {(keeps + catches) / 2:.3f} (keeps {keeps:.3f}, "
            f"catches {catches:.3f}, {len(kept) + len(caught)} keywords)\n"
        )


def _summedits(paths: list[Path], checkers: dict[str, Any]) -> None:
    """A summary is inconsistent where any claim is flagged: balanced accuracy by domain."""
    for name, checker in checkers.items():
        figures = {}
        for path in paths:
            right: dict[int, list[bool]] = {0: [], 1: []}
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                report = checker.check(SourceDocument(row["source"]), row["summary"])
                bad = any(c.verdict in ("unsupported", "contradicted") for c in report.claims)
                right[row["label"]].append(bad == (row["label"] == 0))
            figures[path.name.split("-")[1]] = sum(sum(v) / len(v) for v in right.values()) / 2
        mean = sum(figures.values()) / len(figures)
        detail = ", ".join(f"{domain} {value:.1%}" for domain, value in figures.items())
        sys.stdout.write(f"SummEdits, {name}: mean {mean:.1%} ({detail})\n")


if __name__ == "__main__":
    main()
