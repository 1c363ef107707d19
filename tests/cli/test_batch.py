"""`prompts` and `batch` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.cli.app import run


def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    text = "# 题\n\n**URL**: https://example.org/1\n\n## 原始摘要\n\n原文在此。\n\n"
    text += "## AI 摘要\n\n旧。\n"
    (folder / "a.md").write_text(text, encoding="utf-8")
    return folder


def test_export_then_import(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Without key or network: requests go out to a file, a person's answer comes in."""
    out = tmp_path / "run"
    code = run(
        ["batch", "export", str(archive(tmp_path)), "--prompt", "brief_zh", "--model",
         "openai:gpt-4.1-mini", "--out", str(out), "--json"]
    )  # fmt: skip
    assert code == 0
    made = json.loads(capfdbinary.readouterr().out)
    assert (made["calls"], made["completion_tokens_high"]) == (1, 1000)
    request = json.loads(Path(made["files"][0]).read_bytes())
    answers = tmp_path / "answers.jsonl"
    answers.write_text(json.dumps({"custom_id": request["custom_id"], "text": "新摘要。"}))
    assert run(["batch", "import", str(out), str(answers), "--json"]) == 0
    counts = json.loads(capfdbinary.readouterr().out)
    assert (counts["ok"], counts["missing"]) == (1, 0)


def test_render_shows_the_exact_messages(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The messages, each with its tokens, and the parameters."""
    file = archive(tmp_path) / "a.md"
    assert run(["prompts", "render", "brief_zh", "--document", str(file), "--json"]) == 0
    shown = json.loads(capfdbinary.readouterr().out)
    assert [message["role"] for message in shown["messages"]] == ["system", "user"]
    assert "原文在此。" in shown["messages"][1]["content"]
    assert shown["tokens"] > sum(message["tokens"] for message in shown["messages"])
