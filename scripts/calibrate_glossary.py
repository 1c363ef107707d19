"""Makes general what summaries use freely: `python scripts/calibrate_glossary.py ARCHIVE…`.

A word of the glossary that a stored summary has, where nothing in its source licenses it, is an
error of the summary or a choice of words. Stored summaries are mostly right, so it is taken for a
choice of words: its grade becomes 3 and it is no longer looked for in whole sources. Documents
whose URL is in a file of labels (`--without`) are left out, so that they can still measure the
checker.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer import read_archive
from summarizer.document import canonical_url
from summarizer_eval.claims.finding import prepare
from summarizer_eval.claims.glossary import entry, glossary_words
from summarizer_eval.claims.metric import source_of
from summarizer_eval.claims.split import claim_spans

if TYPE_CHECKING:
    from collections.abc import Iterable

GLOSSARY = Path("eval/summarizer_eval/claims/glossary.tsv")
SHORTEST = 150
"""Characters of a source below which it was not stored whole."""


def unlicensed(archives: Iterable[str], left_out: frozenset[str]) -> dict[str, list[str]]:
    """Words that summaries use where nothing licenses them, each with the claims that do."""
    found: dict[str, list[str]] = defaultdict(list)
    for document in read_archive(archives):
        if not document.stored_summary or len(document.source_text) < SHORTEST:
            continue
        if canonical_url(document.url or "") in left_out:
            continue
        source = prepare(source_of(document)).detected.licences
        for start, end in claim_spans(document.stored_summary):
            claim = document.stored_summary[start:end]
            for _, word in glossary_words(claim):
                known = entry(word)
                if known is not None and known.grade < 3 and source.licensed(word) is False:
                    found[word].append(f"{document.id}\t{claim}")
    return dict(found)


def main() -> None:
    """Rewrite the grades, and print what changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archives", nargs="+")
    parser.add_argument("--without", type=Path, action="append", default=[], metavar="LABELS")
    parser.add_argument("--dry-run", action="store_true", help="print only")
    options = parser.parse_args()
    left_out = frozenset(
        canonical_url(json.loads(line)["url"])
        for path in options.without
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    general = unlicensed(options.archives, left_out)
    for word, claims in sorted(general.items()):
        sys.stdout.writelines(f"{word}\t{claim}\n" for claim in claims)
    if options.dry_run:
        return
    lines = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        word, kind, grade, licences = line.split("\t")
        lines.append(f"{word}\t{kind}\t{'3' if word in general else grade}\t{licences}\n")
    GLOSSARY.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
