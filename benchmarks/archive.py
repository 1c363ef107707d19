"""How fast an archive is read, and that memory does not grow with it.

    python benchmarks/archive.py ARCHIVE [--sizes 1000,10000,100000]

Copies the Markdown files of ARCHIVE into a temporary folder under new names and URLs until there
are as many as wanted. Processes of their own read them, without and with the survey of the whole,
and write each file back with another summary (parse, splice, write). Prints documents a second and
the peak memory of each process.
"""

from __future__ import annotations

import argparse
import itertools
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_URL = re.compile(rb"^(\*\*URL\*\*: *\S*)", re.MULTILINE)


def grow(files: list[Path], folder: Path, size: int) -> None:
    """Fill a folder with `size` files; each turn through the archive is a new set of sources."""
    for number, path in zip(range(size), itertools.cycle(files), strict=False):
        turn = number // len(files)
        target = folder / f"{number // 1000:04}"
        target.mkdir(exist_ok=True)
        data = _URL.sub(rb"\1?copy=%d" % turn, path.read_bytes(), count=1)
        (target / f"{number:07}.md").write_bytes(data)


def read(folder: Path, *, survey: bool) -> int:
    """Read all documents, keep none."""
    from summarizer.archive import read_archive

    return sum(1 for _ in read_archive(folder, root=folder, archive_wide=survey))


def write_back(folder: Path) -> int:
    """Give each file another summary, in place."""
    from summarizer.archive import parse_markdown, splice_summary

    count = 0
    for path in itertools.chain.from_iterable(part.iterdir() for part in folder.iterdir()):
        data = path.read_bytes()
        parsed = parse_markdown(data)
        if parsed.summary is not None:
            path.write_bytes(splice_summary(data, parsed, "另一段摘要。"))
            count += 1
    return count


def extract(sources: list[str]) -> int:
    """Turn HTML sources into text."""
    from summarizer.markup import extract_text

    return sum(extract_text(source).is_html for source in sources)


def html_sources(folder: Path) -> list[str]:
    """The HTML sources of an archive, at most 2,000."""
    from summarizer.archive import read_archive
    from summarizer.markup import looks_like_html

    documents = read_archive(folder, root=folder, archive_wide=False)
    html = (item.source for item in documents if looks_like_html(item.source))
    return list(itertools.islice(html, 2000))


def measure(job: str, folder: Path) -> None:
    """One job in this process; prints documents, seconds and peak memory in MiB."""
    sources = html_sources(folder) if job == "text" else []
    began = time.perf_counter()
    if job == "text":
        count = extract(sources)
    else:
        count = write_back(folder) if job == "write" else read(folder, survey=job == "survey")
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 2**20 if sys.platform == "darwin" else 2**10
    sys.stdout.write(f"{count} {seconds:.3f} {peak / unit:.0f}\n")


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument(
        "--job", choices=["text", "read", "survey", "write"], help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    if options.job:
        measure(options.job, options.archive)
        return
    files = sorted(options.archive.rglob("*.md"))
    if not files:
        sys.exit(f"{options.archive}: no .md files")
    names = {
        "text": "HTML to text",
        "read": "read and parsed",
        "survey": "with the survey",
        "write": "written back",
    }
    sys.stdout.write(
        f"{'documents':>9}  {'job':<16} {'seconds':>8} {'docs/s':>8} {'peak MiB':>9}\n"
    )
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            grow(files, Path(name), size)
            for job, label in names.items():
                command = [sys.executable, __file__, name, "--job", job]
                answer = subprocess.run(command, check=True, capture_output=True, text=True)
                count, seconds, peak = answer.stdout.split()
                rate = int(count) / float(seconds)
                sys.stdout.write(f"{count:>9}  {label:<16} {seconds:>8} {rate:>8.0f} {peak:>9}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
