"""`try` as a user calls it: one document, prompts × models side by side."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from summarizer.cli.app import run
from tests.support.chat_server import ChatServer, serve

KEY = "sk-planted-0123456789"


@pytest.fixture
def document(sample_archive: Path) -> str:
    return str(sample_archive / "2025-05-06" / "TideBench.md")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve(ChatServer(key=KEY, model="test")) as running:
        yield running


def test_prompts_and_models_side_by_side(
    document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    """A row for each pair, with summary and claims; no run, no file."""
    monkeypatch.chdir(tmp_path)
    code = run(["try", document, "--prompt", "brief_zh,short_zh", "--model", "extractive:lead",
                "--model", "extractive:lexrank", "--json"])  # fmt: skip
    assert code == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(row["prompt"], row["model"]) for row in rows] == [
        ("brief_zh", "extractive:lead"), ("brief_zh", "extractive:lexrank"),
        ("short_zh", "extractive:lead"), ("short_zh", "extractive:lexrank"),
    ]  # fmt: skip
    assert all(row["summary"] and row["claims"]["contradicted"] == 0 for row in rows)
    assert {row["cost_usd"] for row in rows} == {None}
    assert list(tmp_path.iterdir()) == []


def test_a_server_is_asked_once_and_measured(document: str, server: Any, capfd: Any) -> None:
    """Usage and latency as they came; parameters pass through."""
    code = run(["try", document, "--prompt", "brief_zh", "--model", "openai:test", "--base-url",
                server.url, "--param", "seed=7", "--param", "stop=END", "--json"])  # fmt: skip
    assert code == 0
    row = json.loads(capfd.readouterr().out)
    assert row["status"] == "ok"
    assert row["usage"]["prompt_tokens"] > 0
    assert row["latency_s"] > 0
    assert len(server.requests) == 1
    assert (server.requests[0]["seed"], server.requests[0]["stop"]) == (7, "END")


def test_a_wrong_claim_is_shown_with_its_reason(document: str, server: Any, capfd: Any) -> None:
    """What the model makes up stands under its summary."""
    text = "TideBench包含9,876个问题。"
    server.answer = lambda body: {
        "choices": [{"message": {"content": text}, "finish_reason": "stop"}]
    }
    words = ["try", document, "--prompt", "brief_zh", "--model", "openai:test"]
    assert run([*words, "--base-url", server.url]) == 0
    shown = capfd.readouterr().out
    assert "9,876" in shown
    assert "unsupported" in shown or "contradicted" in shown


def test_a_wrong_key_is_exit_7_and_stays_secret(
    document: str, server: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    """The endpoint's refusal in words, without the key."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-777777777")
    words = ["try", document, "--prompt", "brief_zh", "--model", "openai:test"]
    assert run([*words, "--base-url", server.url]) == 7
    said = "".join(capfd.readouterr())
    assert "Incorrect API key" in said
    assert "sk-wrong" not in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--param", "seed"], 2, "KEY=VALUE"),
        (["--param", "api_key=x"], 3, "cannot be set here"),
        (["--model", "nonsense"], 3, "is no model"),
        (["--prompt", "nope"], 3, "no such prompt"),
    ],
)
def test_what_cannot_be_asked_is_said(
    document: str, words: list[str], code: int, said: str, capfd: Any
) -> None:
    """Where, what and what to do, before anything is sent."""
    given = ["try", document, *words]
    if "--prompt" not in words:
        given += ["--prompt", "brief_zh"]
    if "--model" not in words:
        given += ["--model", "extractive:lead"]
    assert run(given) == code
    assert said in capfd.readouterr().err


def test_a_document_from_standard_input() -> None:
    """Plain text piped in is a source as it stands."""
    done = subprocess.run(
        [sys.executable, "-m", "summarizer", "try", "-", "--prompt", "brief_zh", "--model",
         "extractive:lead", "--json"],
        input="第一句话在这里。第二句话在这里。", capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"].startswith("第一句话")
