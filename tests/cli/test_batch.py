"""`batch` as a user calls it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from summarizer.cli.app import run
from summarizer.regeneration.journal import lock_run
from tests.support.batch_server import Server


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


def test_submit_status_collect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    """The whole way against a server; a second submit sends nothing, another one's run waits."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    server = Server()
    out = tmp_path / "run"
    try:
        words = [
            "batch",
            "export",
            str(archive(tmp_path)),
            "--prompt",
            "brief_zh",
            "--out",
            str(out),
        ]
        address = ["--model", "openai:gpt-4.1-mini", "--base-url", server.base_url]
        assert run([*words, *address]) == 0
        capfd.readouterr()
        to_server = [str(out), "--base-url", server.base_url, "--json"]

        assert run(["batch", "submit", str(out), "--base-url", "https://other.example/v1"]) != 0
        assert "was exported for" in capfd.readouterr().err

        for _ in range(2):
            assert run(["batch", "submit", *to_server]) == 0
            (part,) = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
            assert part["batch_id"] == "batch-0"
        assert len(server.paid) == 1

        assert run(["batch", "collect", *to_server]) == 0
        waiting = capfd.readouterr()
        assert json.loads(waiting.out)["missing"] == 1
        assert "not finished" in waiting.err

        server.finish()
        assert run(["batch", "status", *to_server]) == 0
        assert json.loads(capfd.readouterr().out)["status"] == "completed"
        lock = lock_run(out)
        assert run(["batch", "collect", *to_server]) != 0
        assert "another process" in capfd.readouterr().err
        os.close(lock)
        assert run(["batch", "collect", *to_server]) == 0
        done = json.loads(capfd.readouterr().out)
        assert (done["ok"], done["missing"]) == (1, 0)
    finally:
        server.http.shutdown()
        server.http.server_close()
    for path in out.rglob("*"):
        if path.is_file():
            assert b"sk-planted" not in path.read_bytes()
