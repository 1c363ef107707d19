"""An archive of a few documents, a server, and the command as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.chat_server import ChatServer, serve

KEY = "sk-planted-0123456789"


@pytest.fixture
def server() -> Iterator[object]:
    """A chat completions server on loopback."""
    with serve(ChatServer(key=KEY)) as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Forty documents, in JSON Lines."""
    path = tmp_path / "archive.jsonl"
    rows = [
        {"id": f"d{n}", "source": f"第{n}号文件说了{n}件事。", "summary": f"{n}件事。"}
        for n in range(40)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The key in the environment, a cache of the test's own."""
    return {
        **os.environ,
        "OPENAI_API_KEY": KEY,
        "SUMMARIZER_CACHE_DIR": str(tmp_path / "cache"),
    }


@pytest.fixture
def regenerate(
    archive: Path, tmp_path: Path, environment: dict[str, str], server: object
) -> Command:
    """`summarizer regenerate` with defaults for what the test does not give."""

    def run(*extra: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "summarizer", "regenerate", str(archive), "--prompt",
                 "brief_zh", "--out", str(tmp_path / "run"), "--json"]  # fmt: skip
        if "--model" not in extra:
            words += ["--model", "openai:test"]
        if "--base-url" not in extra:
            words += ["--base-url", server.url]  # type: ignore[attr-defined]
        given = {**environment, "OPENAI_API_KEY": key} if key is not None else environment
        return subprocess.run(
            [*words, *extra], capture_output=True, text=True, timeout=120, env=given, check=False
        )

    return run
