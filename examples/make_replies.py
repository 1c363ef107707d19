"""Make examples/replies.jsonl of examples/replies.yaml: run it after a prompt or document changed.

    python examples/make_replies.py

A reply is matched on the exact messages that it answers, so a changed prompt needs its replies
looked at again, and this run once more. Nothing was measured: usage, cost and latency are null.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from summarizer import Prompt, read_archive
from summarizer.generation import messages_sha256
from summarizer.jsonlines import write_lines

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Write the file; says which documents have no reply."""
    texts = yaml.safe_load((FOLDER / "replies.yaml").read_text(encoding="utf-8"))
    prompts = [Prompt.load("brief_zh"), Prompt.load("bullets_zh")]
    rows: dict[tuple[str, str], dict[str, object]] = {}
    missing = []
    for document in read_archive(FOLDER / "archive", root=FOLDER / "archive"):
        if not document.source_text:
            continue
        name = Path(document.path).stem
        for prompt in prompts:
            text = texts.get(name, {}).get(prompt.name)
            if text is None:
                missing.append(f"{name}: {prompt.name}")
                continue
            sha = messages_sha256(prompt.render(document))
            rows.setdefault(
                (prompt.name, sha),
                {
                    "schema": 1,
                    "document": document.id,
                    "prompt": prompt.name,
                    "messages_sha256": sha,
                    "model": "handwritten",
                    "params": None,
                    "sample": 0,
                    "reply": text,
                    "finish_reason": "stop",
                    "usage": None,
                    "cost_usd": None,
                    "latency_s": None,
                    "endpoint": None,
                },
            )
    write_lines(FOLDER / "replies.jsonl", rows.values())
    sys.stderr.write(f"{len(rows)} replies\n" + "".join(f"missing: {item}\n" for item in missing))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
