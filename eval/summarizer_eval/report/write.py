"""From run directories to a report: scores what is missing, compares, gathers, writes."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.errors import InputError, SummarizerError
from summarizer.run import Run, open_runs
from summarizer_eval.report.commands import commands
from summarizer_eval.report.data import gather
from summarizer_eval.report.store import Store
from summarizer_eval.report.stored import StoredClaims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from summarizer.document import Document
    from summarizer.jsonlines import Json
    from summarizer.models.base import ChatMessage
    from summarizer.prompt import Prompt
    from summarizer_eval.runscores import RunScores

__all__ = ["FORMATS", "gathered", "write_report"]

FORMATS = ("html", "md", "csv", "svg")
"""What a report can be written as."""


def write_report(
    runs: Sequence[str | Path | Run],
    out: str | Path,
    *,
    format: str = "html",  # noqa: A002 -- the word of the command's option
    title: str | None = None,
    metrics: Sequence[str] | None = None,
    stored_claims: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a report about runs; scores what is missing first.

    Args:
        runs: run directories, matrices or open runs; the first is the baseline.
        out: the file to write; replaced whole.
        format: ``html`` (one self-contained page), ``md``, ``csv`` (one row a document) or ``svg``.
        title: of the page; the runs' names by default.
        metrics: what to score, as `score` has it; its default metrics by default.
        stored_claims: check the stored summaries' claims too (`html`).
        progress: called with (done, of), first while scoring, then while stored summaries are
            checked.

    Returns:
        The file written.

    Raises:
        InputError: no such format, or the file cannot be written.
        RunError: a path is no run.
        SignatureMismatch: the runs were scored in unlike ways.
    """
    if format not in FORMATS:
        raise InputError(f"is no report format; one of {', '.join(FORMATS)}", where=format)
    path = Path(out)
    checked = stored_claims and format == "html"
    context = gathered(runs, title=title, metrics=metrics, stored_claims=checked, progress=progress)
    with context as (head, store):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(format, head, store, path)
        except OSError as error:
            raise InputError(error.strerror or str(error), where=path) from error
    return path


def _write(kind: str, head: Json, store: Store, path: Path) -> None:
    if kind == "html":
        from summarizer_eval.report.page import write_page

        write_page(head, store, path)
        return
    if kind == "csv":
        from summarizer_eval.report.sheet import write_csv

        write_csv(head, store.rows(), path)
        return
    from summarizer_eval.report.picture import svg
    from summarizer_eval.report.text import markdown

    text = markdown(head) if kind == "md" else svg(head)
    path.write_bytes(text.encode("utf-8", "replace"))


@contextmanager
def gathered(
    runs: Sequence[str | Path | Run],
    *,
    title: str | None = None,
    metrics: Sequence[str] | None = None,
    stored_claims: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[Json, Store]]:
    """The head and the store of a report (see `data`); the store goes with the context."""
    from summarizer_eval.scoring import score

    opened: list[Run] = []
    for run in runs:
        opened += [run] if isinstance(run, Run) else open_runs([run])
    if not opened:
        raise InputError("no run was given", hint="name at least one run directory")
    scores = score(opened, metrics=metrics or None, progress=progress)
    names = unique_names(opened)
    with tempfile.TemporaryDirectory(prefix="summarizer-report-") as folder:
        store = Store(Path(folder) / "report.sqlite")
        try:
            head = gather(
                opened,
                scores,
                store,
                names=names,
                comparison=_comparison(scores, names),
                title=title or " · ".join(names),
                made_by=f"summarizer-toolkit {_version()}",
                created_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                commands=commands(opened),
                messages=_Sent(),
                stored_claims=_stored_claims(opened, progress) if stored_claims else None,
            )
            yield head, store
        finally:
            store.close()


def _stored_claims(
    runs: Sequence[Run], progress: Callable[[int, int], None] | None
) -> StoredClaims:
    """The checker of stored summaries, told about how many there are."""
    requests = [(run.info.get("plan") or {}).get("requests") or 0 for run in runs]
    return StoredClaims(runs[0].path, max(requests), progress)


def unique_names(runs: Sequence[Run]) -> list[str]:
    """What the page calls the runs; two directories of one name are told apart by a number."""
    seen: Counter[str] = Counter()
    names = []
    for run in runs:
        seen[run.name] += 1
        names.append(run.name if seen[run.name] == 1 else f"{run.name} ({seen[run.name]})")
    return names


def _comparison(scores: Sequence[RunScores], names: Sequence[str]) -> Json | None:
    """Paired differences as ``compare --json`` has them, with the page's names."""
    if len(scores) < 2:
        return None
    from summarizer_eval.comparison import compare_scores

    comparison = compare_scores(scores, resampled=False)
    value = comparison.to_json()
    found = value["candidates"]
    for row, candidate in zip(found, comparison.candidates, strict=True):
        for name, difference in candidate.metrics.items():
            row["metrics"][name]["verdict"] = difference.verdict
    named = dict(zip([value["baseline"], *(row["run"] for row in found)], names, strict=True))
    candidates = [
        {**row, "run": names[variant], "variant": variant}
        for variant, row in enumerate(found, start=1)
    ]
    ranks = {
        metric: {named[run]: rank for run, rank in ranked.items()}
        for metric, ranked in value["ranks"].items()
    }
    return {**value, "baseline": names[0], "candidates": candidates, "ranks": ranks}


class _Sent:
    """Makes again what a run sent for a document, from the prompt that the run keeps.

    A prompt that cannot be made again exactly (its fingerprint differs: it had variables or
    included files) gives nothing rather than something else.
    """

    def __init__(self) -> None:
        self.prompts: dict[Path, Prompt | None] = {}

    def __call__(self, run: Run, document: Document) -> list[Json] | None:
        if run.path not in self.prompts:
            self.prompts[run.path] = _kept_prompt(run)
        prompt = self.prompts[run.path]
        if prompt is None:
            return None
        try:
            messages = prompt.render(document)
        except SummarizerError:
            return None
        return [_around(message, document.source_text) for message in messages]


def _kept_prompt(run: Run) -> Prompt | None:
    """The prompt of a run, where its text alone makes it again."""
    from summarizer.prompt import Prompt

    kept = run.info["prompt"]
    if not kept.get("text"):
        return None
    try:
        prompt = Prompt.parse(kept["text"])
    except SummarizerError:
        return None
    return prompt if prompt.fingerprint == kept.get("sha256") else None


def _around(message: ChatMessage, source: str) -> Json:
    """A message with the source, which the page holds anyway, as 0."""
    content: list[str | int] = []
    for index, part in enumerate(message["content"].split(source) if source else []):
        if index:
            content.append(0)
        if part:
            content.append(part)
    return {"role": message["role"], "content": content or [message["content"]]}


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("summarizer-toolkit")
    except PackageNotFoundError:
        return "(not installed)"
