"""``summarizer check --calibrate``: how often the gate is right on a user's own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from summarizer.cli._suites import chosen_suites

if TYPE_CHECKING:
    from summarizer.jsonlines import Json
    from summarizer_eval.suites import Suite

__all__ = ["calibrate"]


def calibrate(options: dict[str, Any]) -> int:
    """How often each suite's gate is right, on sources with three stored summaries."""
    from summarizer.cli.output import note, print_json
    from summarizer.errors import InputError

    found: list[Json] = []
    for suite in chosen_suites(options["suites"], options["config"]):
        rows = _rates(suite, quiet=options["quiet"])
        if not rows:
            note(f"{suite.name}: too few sources have three different stored summaries")
            continue
        found += rows
        if not options["as_json"]:
            _show_rates(suite.name, rows)
    if not found:
        raise InputError("no suite has documents to calibrate on", where="--calibrate")
    if options["as_json"]:
        print_json(found)
    return 0


def _rates(suite: Suite, *, quiet: bool) -> list[Json]:
    """Outcomes by size without and with each planted harm."""
    from summarizer.archive import read_archive
    from summarizer.cli.output import progress_bar
    from summarizer_eval.calibration import SIZES, Triples
    from summarizer_eval.harms import standard_harms

    paths = [suite.folder / path for path in suite.documents]
    documents = list(read_archive(paths, root=suite.folder))
    triples = Triples(documents, gate=suite.gate)
    if len(triples) < 3:
        return []
    harms = standard_harms(document.reference for document in documents)
    rows: list[Json] = []
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("drawing", total=(1 + len(harms)) * len(SIZES), info="")
        for harm in (None, *harms):
            harmed = triples.harmed(harm.plant) if harm else None
            for size in SIZES:
                rate = triples.rates(size, harmed=harmed, share=harm.share if harm else 1.0)
                bar.update(task, advance=1)
                rows.append(
                    {"suite": suite.name, "sources": len(triples), "draws": rate.draws,
                     "harm": harm.name if harm else None, "size": size, "pass": rate.passed,
                     "regress": rate.regressed, "inconclusive": rate.inconclusive}
                )  # fmt: skip
    return rows


def _show_rates(name: str, rows: list[Json]) -> None:
    from summarizer.cli.output import print_line, print_table
    from summarizer_eval.sizing import POWER

    sizes = sorted({row["size"] for row in rows})
    cells: dict[str, list[str]] = {}
    enough: dict[str, str] = {}
    for row in rows:
        what = row["harm"] or "unchanged"
        cells.setdefault(what, []).append(f"{row['pass']:.2f} / {row['regress']:.2f}")
        if row["regress" if row["harm"] else "pass"] >= POWER:
            enough.setdefault(what, str(row["size"]))
    print_line(
        f"{name}: pass / regress at so many sources; {rows[0]['sources']} sources with three "
        f"summaries, {rows[0]['draws']:,} draws"
    )
    print_table(
        ["what changed", *map(str, sizes), f"{POWER:.0%} from"],
        [(what, *shown, enough.get(what, "-")) for what, shown in cells.items()],
        right=range(1, len(sizes) + 2),
    )
    print_line(
        f"'{POWER:.0%} from': sources with which so many checks pass where nothing changed, and "
        "regress where a harm was planted"
    )
    print_line()
