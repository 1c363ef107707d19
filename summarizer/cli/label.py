"""``summarizer label``: people choose between two summaries without knowing whose they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from summarizer.document import Document
    from summarizer.run import Run

__all__ = ["command"]

_HELP = "1 or 2: the better one; t: as good; s: skip; o: the whole source; q: stop"
_SHOWN = 600
_ENDS = ("", "\x04", "\x1b")
"""Of input: nothing, Ctrl-D, Escape."""


@click.command("label", epilog="Example: summarizer label runs/old runs/new --out labels.jsonl")
@click.argument("first", metavar="RUN_A", type=click.Path())
@click.argument("second", metavar="RUN_B", type=click.Path())
@click.option("--out", type=click.Path(dir_okay=False), default="labels.jsonl", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Of order and sides.")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many.")
def command(first: str, second: str, out: str, seed: int, limit: int | None) -> int:
    """Show pairs blind and shuffled, and write what you prefer to a labels file.

    Every answer is written at once; run it again to go on. Documents whose summaries are the same
    are left out.
    """
    from summarizer.cli.output import note
    from summarizer.errors import InputError
    from summarizer.run import open_runs
    from summarizer_eval.labels import read_labels

    runs = open_runs([first, second])
    if len(runs) != 2:
        raise InputError("give two runs, not matrices", where=first)
    if runs[0].name == runs[1].name:
        raise InputError("both runs have the same name", where=first, hint="rename a folder")
    path = Path(out)
    done = read_labels(path) if path.exists() else []
    names = {run.name for run in runs}
    known = {label.document for label in done if {label.a, label.b} == names}
    pairs = _pairs(runs[0], runs[1], seed)
    if not pairs:
        raise InputError("the runs have no two different summaries of one document")
    left = [pair for pair in pairs if pair[0].id not in known]
    answered = _ask_all(left[:limit], runs, path, len(pairs) - len(left), len(pairs))
    note(f"{answered} labels written to {path}, {len(left) - answered} of {len(pairs)} are open")
    return 0


Pair = tuple["Document", str, str, bool]


def _pairs(first: Run, second: Run, seed: int) -> list[Pair]:
    """Documents with both summaries and whether the second stands first; shuffled by the seed."""
    import random

    theirs = {
        document.id: generation.summary
        for document, generation in second.results()
        if generation is not None and generation.sample == 0
    }
    generator = random.Random(seed)  # noqa: S311 - a reproducible order, no secret
    found: list[Pair] = []
    for document, generation in first.results():
        if generation is None or generation.sample:
            continue
        ours, other = generation.summary, theirs.get(document.id)
        if ours and other and ours != other:
            found.append((document, ours, other, generator.random() < 0.5))
    generator.shuffle(found)
    return found


def _ask_all(pairs: list[Pair], runs: list[Run], path: Path, before: int, total: int) -> int:
    from datetime import UTC, datetime

    from summarizer.jsonlines import dump_line
    from summarizer_eval.labels import Label

    answered = 0
    with path.open("ab") as stream:
        for number, (document, ours, theirs, swapped) in enumerate(pairs, start=before + 1):
            shown = (theirs, ours) if swapped else (ours, theirs)
            key = _ask(document, shown, f"{number}/{total}")
            if key == "q":
                break
            if key == "s":
                continue
            choice = "tie" if key == "t" else "ab"[(key == "2") != swapped]
            label = Label(
                document.id, runs[0].name, runs[1].name, choice,  # type: ignore[arg-type]
                "b" if swapped else "a", datetime.now(UTC).isoformat(timespec="seconds"),
            )  # fmt: skip
            stream.write(dump_line(label.to_json()))
            stream.flush()
            answered += 1
    return answered


def _ask(document: Document, shown: tuple[str, str], place: str) -> str:
    """One of 1, 2, t, s, q; end of input is q."""
    from summarizer.cli.output import print_line

    text = document.source_text
    print_line(f"\n[{place}] {document.title or document.id}")
    print_line(text[:_SHOWN] + (f" … ({len(text)} characters; o shows all)"
                                if len(text) > _SHOWN else ""))  # fmt: skip
    for number, summary in enumerate(shown, start=1):
        print_line(f"\n{number}: {summary}")
    while True:
        click.echo("\nWhich is better? [1,2,t,s,o,q] ", nl=False, err=True)
        key = _key()
        if key in ("1", "2", "t", "s", "q"):
            return key
        if key == "o":
            print_line(text)
        else:
            click.echo(_HELP, err=True)


def _key() -> str:
    """One key press on a terminal, else the first letter of a line; the end of input is q."""
    if sys.stdin.isatty():
        pressed = click.getchar()
        click.echo(pressed if pressed.isprintable() else "", err=True)
        return "q" if pressed in _ENDS else pressed.lower()
    answer = sys.stdin.readline()
    return answer.strip().lower()[:1] if answer else "q"
