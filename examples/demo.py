"""The main job on the sample archive, with recorded replies and the embedded model: no network.

    python examples/demo.py

leaves ``demo/report.html`` in the current directory. Every command is shown as it is run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ARCHIVE = HERE / "archive"
REPLIES = HERE / "replies.jsonl"
OUT = Path("demo")


def summarizer(*arguments: str | Path) -> None:
    """Show and run one command of the installed summarizer; end the demo where it fails."""
    words = [str(argument) for argument in arguments]
    shown = [_short(word) for word in words]
    sys.stdout.write(f"\n$ summarizer {' '.join(shown)}\n")
    sys.stdout.flush()
    code = subprocess.call([sys.executable, "-m", "summarizer", *words])  # noqa: S603
    if code != 0:
        sys.exit(f"summarizer {shown[0]} ended with exit code {code}")


def _short(word: str) -> str:
    for folder in (Path.cwd(), HERE.parent):
        if word.startswith(str(folder) + "/"):
            return word[len(str(folder)) + 1 :]
    return word


def main() -> None:
    """Run the demo."""
    for name in ("prompts", "lexrank", "report.html"):  # only what an earlier demo left
        target = OUT / name
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
    summarizer("docs", ARCHIVE, "--summary-only")
    summarizer(
        "regenerate", ARCHIVE, "--prompt", "brief_zh,bullets_zh",
        "--model", f"replay:{REPLIES}", "--out", OUT / "prompts",
    )  # fmt: skip
    summarizer(
        "regenerate", ARCHIVE, "--prompt", "brief_zh", "--model", "extractive:lexrank",
        "--out", OUT / "lexrank",
    )  # fmt: skip
    summarizer("score", OUT / "prompts", OUT / "lexrank")
    summarizer("compare", OUT / "prompts")
    report = OUT / "report.html"
    summarizer("report", OUT / "prompts", OUT / "lexrank", "--out", report)
    sys.stdout.write(f"\nThe report: {report.resolve()}\n")


if __name__ == "__main__":
    main()
