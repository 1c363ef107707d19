"""``summarizer docs``: one row a document with its problems."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from summarizer.cli.options import SkipLog, archive_options, json_option, open_archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from summarizer.document import Document

__all__ = ["command"]

# Counting tokens costs as much as reading; a share needs no more sources than this.
_MEASURED = 2000


@click.command(
    "docs", epilog="Example: summarizer docs archive/ --select problem:summary-boilerplate"
)
@archive_options
@json_option("JSON Lines: the fields of documents.jsonl.")
@click.option("--summary-only", is_flag=True, help="Only the counts.")
def command(archive: dict[str, Any], as_json: bool, summary_only: bool) -> int:
    """List the documents of an archive with their problems."""
    from summarizer.cli.output import print_rows

    skipped = SkipLog(strict=archive["strict"])
    counts = _Counts(tokens=not as_json)
    documents = counts.watch(open_archive(archive, on_skip=skipped))
    if as_json:
        print_rows(document.to_json() for document in documents)
    else:
        _print_documents(documents, quiet=summary_only)
        counts.show()
    _note_counts(counts, skipped)
    return skipped.exit_code


class _Counts:
    """What the whole archive adds up to, gathered while it streams by."""

    def __init__(self, *, tokens: bool) -> None:
        self.count_tokens = tokens
        self.documents = 0
        self.sources: set[str] = set()
        self.problems: Counter[str] = Counter()
        self.faulty = 0
        self.html_documents = 0
        self.html_tokens = 0
        self.text_tokens = 0

    def watch(self, documents: Iterator[Document]) -> Iterator[Document]:
        for document in documents:
            self.documents += 1
            self.sources.add(document.key)
            codes = {problem.code for problem in document.problems}
            self.problems.update(codes)
            self.faulty += bool(codes)
            if self.count_tokens and self.html_documents < _MEASURED:
                self._measure(document)
            yield document

    def _measure(self, document: Document) -> None:
        from summarizer.markup import looks_like_html
        from summarizer.tokens import FALLBACK, count_text

        if looks_like_html(document.source):
            self.html_documents += 1
            self.html_tokens += count_text(document.source, FALLBACK).tokens
            self.text_tokens += count_text(document.source_text, FALLBACK).tokens

    def show(self) -> None:
        from summarizer.archive.problems import PROBLEMS
        from summarizer.cli.output import print_line, print_table

        if self.problems:
            print_line()
            rows = [(code, n, PROBLEMS[code]) for code, n in self.problems.most_common()]
            print_table(["problem", "documents", "what it means"], rows, right=[1])
        if self.html_tokens:
            saved = 1 - self.text_tokens / self.html_tokens
            first = "the first " if self.html_documents == _MEASURED else ""
            print_line()
            print_line(
                f"Sending text instead of HTML saves {saved:.0%} of the tokens of {first}"
                f"{self.html_documents} HTML sources (o200k_base)."
            )


def _print_documents(documents: Iterator[Document], *, quiet: bool) -> None:
    from summarizer.cli.output import print_line, shorten
    from summarizer.document import main_language

    for document in documents:
        if quiet:
            continue
        codes = " ".join(sorted({problem.code for problem in document.problems})) or "-"
        summary = len(document.stored_summary or "")
        print_line(
            f"{shorten(document.id, 60)}  {main_language(document.source_text)}  "
            f"{len(document.source_text)}/{summary}  {codes}"
        )


def _note_counts(counts: _Counts, skipped: SkipLog) -> None:
    from summarizer.cli.output import note

    line = (
        f"{counts.documents} documents, {len(counts.sources)} sources, "
        f"{counts.faulty} with problems"
    )
    note(f"{line}; {skipped}" if str(skipped) else line)
