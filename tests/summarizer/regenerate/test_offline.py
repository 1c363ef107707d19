"""Recorded replies instead of a server: who answers, and what a miss says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from summarizer.run import Run


def summarizer(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *map(str, words)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_run_answers_for_itself_offline(
    regenerate: Any, server: Any, archive: Path, tmp_path: Path
) -> None:
    """`generations.jsonl` serves as recording, whatever endpoint made it; nothing is sent."""
    assert regenerate().returncode == 0
    done = summarizer(
        "regenerate", archive, "--prompt", "brief_zh", "--model", "openai:test", "--no-cache",
        "--base-url", server.url, "--offline", tmp_path / "run" / "generations.jsonl",
        "--out", tmp_path / "second",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(server.requests) == 40
    first = [made.summary for made in Run.open(tmp_path / "run").generations()]
    assert [made.summary for made in Run.open(tmp_path / "second").generations()] == first


def test_the_exported_cache_answers_offline(
    regenerate: Any, server: Any, archive: Path, tmp_path: Path
) -> None:
    """`cache export` prints what `--offline` reads."""
    assert regenerate().returncode == 0
    exported = summarizer("cache", "export", "--cache-dir", tmp_path / "cache")
    assert len(exported.stdout.splitlines()) == 40
    (tmp_path / "replies.jsonl").write_text(exported.stdout, encoding="utf-8")
    done = summarizer(
        "regenerate", archive, "--prompt", "brief_zh", "--model", "openai:test", "--no-cache",
        "--base-url", "http://127.0.0.1:1/v1", "--offline", tmp_path / "replies.jsonl",
        "--out", tmp_path / "second",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_miss_names_document_and_prompt_and_is_exit_3(
    sample_archive: Path, repository: Path, tmp_path: Path
) -> None:
    """A prompt without recorded replies fails; nothing is written that would hide it later."""
    done = summarizer(
        "regenerate", sample_archive, "--prompt", "short_zh", "--model",
        f"replay:{repository / 'examples' / 'replies.jsonl'}", "--out", tmp_path / "run", "--json",
    )  # fmt: skip
    assert done.returncode == 3
    assert "no recorded reply for document" in done.stderr
    assert "prompt 'short_zh'" in done.stderr
    assert (tmp_path / "run" / "generations.jsonl").read_bytes() == b""
    assert json.loads(done.stdout)["runs"][0]["totals"]["failed"] == 21


def test_handwritten_replies_answer_for_any_model(
    sample_archive: Path, repository: Path, tmp_path: Path
) -> None:
    """Usage, cost and latency are null: they were not measured."""
    done = summarizer(
        "regenerate", sample_archive, "--prompt", "brief_zh", "--model", "openai:any",
        "--offline", repository / "examples" / "replies.jsonl", "--out", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "not measured" in done.stdout
    made = next(Run.open(tmp_path / "run").generations())
    assert (made.usage.prompt_tokens, made.cost_usd, made.latency_s) == (None, None, None)
    assert made.reply is not None
    assert made.reply["model"] == "handwritten"


def test_an_embedded_model_is_asked_again_where_the_length_changes(
    archive: Path, tmp_path: Path
) -> None:
    """Length and source are what it reads, whether or not the template shows them."""
    prompt = tmp_path / "mine.j2"
    run = tmp_path / "run"

    def asked(length: str, template: str = "{{ title }}") -> int:
        prompt.write_text(f"---\nlength: {length}\n---\n{template}\n", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "summarizer", "regenerate", str(archive), "--prompt",
             str(prompt), "--model", "extractive:lead", "--out", str(run), "--json"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return int(json.loads(done.stdout)["runs"][0]["totals"]["asked"])

    assert asked("{target: 150, unit: chars}") == 40
    assert asked("{target: 150, unit: chars}") == 0
    assert asked("{target: 5, unit: chars, maximum: 6}") == 40
