"""Mutated archive files: none may crash the reader, none may change outside its summary.

    python benchmarks/fuzz.py ARCHIVE [--cases 100000] [--seed 0]

Every case takes a file of the archive, mutates its bytes one to four times (flips, cuts, doubled
and swapped blocks, headings, conflict markers, odd bytes, line ends, HTML) and holds:

- reading gives a document or none, and never raises; the document turns into JSON;
- the stored summary spliced back gives the same bytes;
- a new summary spliced in leaves every byte before and after the old one;
- the file then reads back with the new summary, and splicing again changes nothing; a file too odd
  for that is refused, which is counted.

Prints the number of cases, of documents among them, and of failures of each kind.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from summarizer.archive.markdown import decode, parse_markdown, splice_summary
from summarizer.archive.reader import markdown_document
from summarizer.jsonlines import dump_line

PIECES = [
    *(
        "## AI 摘要\n",
        "\n\n## AI 摘要\n\n",
        "## 原始摘要\n",
        "\n\n## 元数据\n\n",
        "# ",
        "##",
        "```\n",
    ),
    *("<<<<<<< HEAD\n", "=======\n", ">>>>>>> branch\n", "||||||| base\n", "\n\n", "\r\n", "\r"),
    *(
        "- **来源**: 微博\n",
        "**URL**: https://example.org/\n",
        "（99字）",
        "\ufeff",
        "\u2028",
        "\x00",
    ),
    *("<br>", "<video>", "<p", "&lt;", "&#x110000;", "<blockquote>", "<!--", "{{ x }}", "🎉"),
]
ODD = [
    b"\xff",
    b"\xed\xb2\x80",
    b"\xc3",
    b"\xef\xbf\xbd",
    b"\xef\xbb\xbf",
    b"\x85",
    b"\x0c",
    b"\x1c",
]
NEW_SUMMARY = "一段新的摘要，两句话。\n第二句在另一行。"
REFUSED = "refused: the sections of so odd a file would not be found again"


def mutate(data: bytes, generator: random.Random) -> bytes:
    """One to four random changes of a file."""
    for _ in range(generator.randint(1, 4)):
        at, to = sorted(generator.randrange(len(data) + 1) for _ in range(2))
        kind = generator.randrange(8)
        if kind == 0 and data:
            at = min(at, len(data) - 1)
            data = data[:at] + bytes([generator.randrange(256)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + data[min(to, at + 400) :]
        elif kind == 2:
            data = data[:to] + data[at:to] + data[to:]
        elif kind in (3, 4):
            data = data[:at] + generator.choice(PIECES).encode() + data[at:]
        elif kind == 5:
            data = data[:at] + generator.choice(ODD) + data[at:]
        elif kind == 6:
            data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        else:
            lines = data.splitlines(keepends=True)
            generator.shuffle(lines)
            data = b"".join(lines)
    return data


def broken_promises(data: bytes) -> list[str]:
    """Which of the promises this file breaks; empty is good."""
    try:
        document = markdown_document(data, path="2025-05-01/fuzz.md")
        if document is not None:
            dump_line(document.to_json())
        parsed = parse_markdown(data)
        if parsed.summary is None:
            return []
        start, end = parsed.body(parsed.summary)
        broken = []
        if start != end and splice_summary(data, parsed, decode(data[start:end])) != data:
            broken.append("splicing the stored summary back changed the file")
        try:
            new = splice_summary(data, parsed, NEW_SUMMARY)
        except ValueError:
            return [*broken, REFUSED]
        if not (new.startswith(data[:start]) and new.endswith(data[end:])):
            broken.append("a byte outside the summary changed")
        again = parse_markdown(new)
        if again.summary is None:
            return [*broken, "the new summary was not found again"]
        start, end = again.body(again.summary)
        if "\n".join(decode(new[start:end]).splitlines()) != NEW_SUMMARY:
            broken.append("the new summary was not read back")
        if splice_summary(new, again, decode(new[start:end])) != new:
            broken.append("splicing twice changed the file")
    except Exception as error:
        return [f"crash: {type(error).__name__}"]
    return broken


def fuzz(files: list[bytes], cases: int, seed: int) -> tuple[Counter[str], dict[str, bytes]]:
    """Counts of documents and broken promises, and the first file that broke each."""
    generator = random.Random(seed)
    counts: Counter[str] = Counter()
    first: dict[str, bytes] = {}
    for _ in range(cases):
        data = mutate(generator.choice(files), generator)
        counts["with a summary section"] += parse_markdown(data).summary is not None
        for name in broken_promises(data):
            if name == REFUSED:
                counts[REFUSED] += 1
                continue
            counts["broken: " + name] += 1
            first.setdefault(name, data)
    return counts, first


def main() -> int:
    """Run the cases, print what was found, keep the first failing files if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="write the first failing files here")
    options = parser.parse_args()
    files = [path.read_bytes() for path in sorted(options.archive.rglob("*.md"))]
    if not files:
        sys.exit(f"{options.archive}: no .md files")
    began = time.perf_counter()
    counts, first = fuzz(files, options.cases, options.seed)
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{options.cases} cases from {len(files)} files in {seconds:.0f} s\n")
    for name, count in sorted(counts.items()):
        sys.stdout.write(f"{count:8} {name}\n")
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        for index, (name, data) in enumerate(first.items()):
            (options.keep / f"{index}.md").write_bytes(data)
            sys.stdout.write(f"{index}.md: {name}\n")
    return 1 if first else 0


if __name__ == "__main__":
    sys.exit(main())
