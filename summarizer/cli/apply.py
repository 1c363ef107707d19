"""``summarizer apply``: write a run's summaries into the archive, and take them back."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import json_option, quiet_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from summarizer.apply import Applied, Candidate, Options
    from summarizer.run import Run

__all__ = ["command"]

JOURNAL_FILE = "applied.jsonl"
PROVENANCE_KEY = "摘要模型"


@click.command(
    "apply",
    epilog="Example: summarizer apply runs/new --in-place --dry-run --when 'faithfulness > stored'",
)
@click.argument("run", metavar="RUN", type=click.Path())
@click.option("--in-place", is_flag=True, help="Write into the archive itself.")
@click.option("--to", type=click.Path(file_okay=False), metavar="DIR",
              help="Write changed copies of the files below DIR.")  # fmt: skip
@click.option("--undo", "take_back", is_flag=True, help="Bring back what the files held before.")
@click.option("-n", "--dry-run", is_flag=True, help="Print a unified diff; write nothing.")
@click.option("--archive", type=click.Path(file_okay=False), help="Root; else the recorded one.")
@click.option("--when", multiple=True, metavar="COND",
              help="Only where, say, 'faithfulness > stored' holds; repeats.")  # fmt: skip
@click.option("--decisions", type=click.Path(), metavar="FILE",
              help="Only what people chose: ids, {id, decision} rows or labels.")  # fmt: skip
@click.option("-i", "--interactive", is_flag=True, help="Ask for each: y, n, d(iff), q(uit).")
@click.option("--best", metavar="METRIC", help="Of a matrix: for each document the best run.")
@click.option("--sample", type=click.IntRange(0), help="Which of several samples, from 0.")
@click.option("--all", "everything", is_flag=True,
              help="Also what the rules below skip, if there is any text.")  # fmt: skip
@click.option("--repair", is_flag=True, help="Also doubled, conflicting or missing sections.")
@click.option("--force", is_flag=True, help="Also where the document changed since the run.")
@click.option("--allow-dirty", is_flag=True, help="Also files with uncommitted changes.")
@click.option("--provenance", is_flag=True, help="Note model and prompt in the metadata.")
@click.option("--provenance-key", default=PROVENANCE_KEY, show_default=True, help="Its key.")
@json_option("JSON Lines {id, path, action, reason, run, sample}.")
@quiet_option
def command(run: str, **options: Any) -> int:
    """Write the summaries of RUN into the archive; every other byte stays.

    Skipped, with the reason: summaries that failed, were cut, are not in the form or language that
    the prompt asked for, or hold more contradicted claims than the stored one; documents with
    doubled, conflicting or missing sections. Refused, and exit 4: documents that changed since the
    run or cannot be written safely.
    """
    targets = [options["in_place"], options["to"] is not None, options["take_back"]]
    if sum(targets) > 1 or not (any(targets) or options["dry_run"]):
        raise click.UsageError("give one of --in-place, --to DIR and --undo (or --dry-run)")
    if options["interactive"] and options["as_json"]:
        raise click.UsageError("--interactive and --json exclude each other")
    if options["take_back"]:
        return _undo(Path(run), options)
    return _apply(Path(run), options)


def _apply(folder: Path, options: dict[str, Any]) -> int:
    from summarizer.apply import Applier
    from summarizer.run import open_runs

    runs = open_runs([folder])
    work = _work(folder, runs, options)
    applier = Applier(_root(runs[0], options["archive"]), folder / JOURNAL_FILE,
                      _settings(runs[0], options))  # fmt: skip
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    stopped = False
    with _run_lock(folder, options), _progress(options) as progress:
        if options["in_place"] and not options["dry_run"]:
            applier.refuse_uncommitted(work())
        total = _planned(runs[0])
        try:
            for done, applied in enumerate(applier.apply(work()), start=1):
                counts[applied.action] += 1
                if applied.action in ("skipped", "refused"):
                    reasons[applied.reason] += 1
                progress(done, total)
                _show(applied, options)
        except _Quit:
            stopped = True
        except KeyboardInterrupt:
            _summary(counts, reasons, options)
            raise
    _summary(counts, reasons, options)
    return _exit_code(counts, chosen=stopped or options["interactive"])


def _exit_code(counts: Counter[str], *, chosen: bool) -> int:
    if counts["refused"]:
        return 4
    if chosen or counts["written"] or counts["unchanged"]:
        return 0
    from summarizer.errors import InputError

    raise InputError("no summary was chosen to be written", hint="see the reasons above")


class _Quit(Exception):
    """The person has seen enough."""


def _work(
    folder: Path, runs: list[Run], options: dict[str, Any]
) -> Callable[[], Iterator[Candidate]]:
    """What may be written, to be gone through more than once."""
    from summarizer.apply import candidates
    from summarizer.errors import InputError

    if options["best"]:
        from summarizer_eval.acceptance import best_candidates

        return lambda: best_candidates(runs, options["best"])
    if len(runs) > 1:
        raise InputError(
            f"is a matrix of {len(runs)} runs",
            where=folder,
            hint="name one of its runs, or give --best METRIC",
        )
    samples = int(runs[0].info.get("samples") or 1)
    if options["sample"] is None and samples > 1:
        raise InputError(
            f"has {samples} samples a document",
            where=folder,
            hint="choose one with --sample N, or give --best METRIC",
        )
    sample = options["sample"] or 0
    if sample >= samples:
        raise InputError(f"there is no sample {sample}", where=folder, hint="they count from 0")
    return lambda: candidates(runs[0], sample=sample)


def _settings(run: Run, options: dict[str, Any]) -> Options:
    from summarizer.apply import Options
    from summarizer.archive import DEFAULT_HEADINGS

    return Options(
        to=Path(options["to"]) if options["to"] else None,
        dry_run=options["dry_run"],
        force=options["force"],
        repair=options["repair"],
        all=options["everything"],
        allow_dirty=options["allow_dirty"],
        provenance=options["provenance_key"] if options["provenance"] else None,
        headings=DEFAULT_HEADINGS.extended(**(run.info["archive"].get("headings") or {})),
        judge=_judge(options),
        confirm=_ask if options["interactive"] else _yes,
    )


def _judge(options: dict[str, Any]) -> Callable[[Candidate], str | None]:
    from summarizer_eval.acceptance import Acceptance, parse_conditions

    when = [condition for text in options["when"] for condition in parse_conditions(text)]
    if not options["decisions"]:
        return Acceptance(rules=not options["everything"], when=when)
    from summarizer.cli._decisions import Decisions

    # A person who looked at a summary outranks the rules, not the conditions given beside.
    decisions, conditions = (
        Decisions(Path(options["decisions"])),
        Acceptance(rules=False, when=when),
    )
    return lambda candidate: decisions(candidate) or conditions(candidate)


def _root(run: Run, given: str | None) -> Path:
    from summarizer.errors import InputError

    root = given or run.info["archive"].get("root")
    if not root:
        raise InputError(
            "the run does not say where its archive is", where=run.path, hint="give --archive DIR"
        )
    return Path(root)


@contextlib.contextmanager
def _run_lock(folder: Path, options: dict[str, Any]) -> Iterator[None]:
    """One writer a journal."""
    if options["dry_run"]:
        yield
        return
    import os

    from summarizer.regeneration.journal import lock_run

    descriptor = lock_run(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def _planned(run: Run) -> int:
    return int((run.info.get("plan") or {}).get("documents") or 0)


@contextlib.contextmanager
def _progress(options: dict[str, Any]) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, not where a person is asked or a diff is printed."""
    from summarizer.cli.output import progress_bar

    quiet = options["quiet"] or options["interactive"] or options["dry_run"]
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("applying", total=None, info="")

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield show


def _show(applied: Applied, options: dict[str, Any]) -> None:
    from summarizer.cli.output import note, print_rows

    if options["as_json"]:
        print_rows([applied.to_json()])
    elif applied.action == "refused":
        note(f"{applied.candidate.document.id}: not written: {applied.reason}")
    elif applied.action == "written" and options["dry_run"] and not options["interactive"]:
        print_diff(applied.path, applied.before, applied.after)


def print_diff(path: str, before: bytes | None, after: bytes | None) -> None:
    """A unified diff on stdout: exact bytes for a file or pipe, cleaned on a terminal."""
    import sys

    from summarizer.cli.output import print_line
    from summarizer.textdiff import unified_diff

    diff = unified_diff(path, before, after)
    if sys.stdout.isatty():
        print_line(diff.decode("utf-8", "replace").rstrip("\n"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(diff)
        sys.stdout.buffer.flush()


def _yes(applied: Applied) -> bool:
    return True


def _ask(applied: Applied) -> bool:
    """Show one change and ask; end of input is quit."""
    import sys

    from summarizer.cli.output import print_line

    document = applied.candidate.document
    print_line(f"\n{document.id}\n{document.title}")
    print_line(f"- stored: {document.stored_summary or '(none)'}")
    print_line(f"+ new:    {applied.candidate.summary.strip()}")
    while True:
        click.echo("Write it? [y,n,d,q,?] ", nl=False, err=True)
        answer = sys.stdin.readline()
        key = answer.strip().lower()[:1] if answer else "q"
        if key in ("y", "n"):
            return key == "y"
        if key == "q":
            raise _Quit
        if key == "d":
            print_diff(applied.path, applied.before, applied.after)
        else:
            click.echo("y: write it; n: keep the stored one; d: show the diff; q: stop", err=True)


def _summary(counts: Counter[str], reasons: Counter[str], options: dict[str, Any]) -> None:
    from summarizer.cli.output import note

    would = "would be " if options["dry_run"] else ""
    parts = [f"{counts['written']} {would}written"]
    parts += [f"{counts[name]} {name}" for name in ("unchanged", "skipped", "refused")
              if counts[name]]  # fmt: skip
    for reason, count in reasons.most_common(8):
        note(f"  {count} × {reason}")
    note(", ".join(parts))


def _undo(folder: Path, options: dict[str, Any]) -> int:
    from summarizer.cli.output import note, print_rows
    from summarizer.writeback import Journal, undo

    journal = Journal(folder / JOURNAL_FILE)
    counts: Counter[str] = Counter()
    with _run_lock(folder, options):
        for undone in undo(journal, dry_run=options["dry_run"]):
            counts[undone.action] += 1
            if options["as_json"]:
                row = {"path": undone.path, "action": undone.action}
                print_rows([{**row, "reason": undone.reason or None}])
            elif undone.action == "kept":
                note(f"{undone.path}: left alone: {undone.reason}")
            elif options["dry_run"] and undone.action in ("restored", "removed"):
                print_diff(undone.path, undone.before, undone.after)
    note(_counted(counts.items()) or "nothing to undo")
    return 4 if counts["kept"] else 0


def _counted(items: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(items))
