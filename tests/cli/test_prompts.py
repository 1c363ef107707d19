"""`prompts list|show|render|diff` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from summarizer.cli.app import run

MINE = """---
description: mine
params: {max_completion_tokens: 50, stop: [END], seed: 3}
examples:
  - source: 例子的原文
    summary: 例子的摘要
messages:
  - role: user
    content: 先想一想。
  - role: assistant
    content: 好。
---
{{ title }}
{{ source }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "mine.j2").write_text(MINE, encoding="utf-8")
    return str(tmp_path)


def rows(capfd: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_list_has_shipped_and_own(folder: str, capfd: Any) -> None:
    """Each with language, length and fingerprint."""
    assert run(["prompts", "list", "--prompts-dir", folder, "--json"]) == 0
    found = {row["name"]: row for row in rows(capfd)}
    assert {"brief_zh", "brief_en", "bullets_zh", "short_zh", "mine"} <= set(found)
    assert found["mine"]["description"] == "mine"
    assert found["brief_zh"]["length"]["target"] == 150
    assert len({row["fingerprint"] for row in found.values()}) == len(found)


def test_show_prints_the_file(folder: str, capfd: Any) -> None:
    """Byte for byte but for the end; an unknown name is an input error."""
    assert run(["prompts", "show", "mine", "--prompts-dir", folder]) == 0
    assert capfd.readouterr().out.strip() == MINE.strip()
    assert run(["prompts", "show", "mein", "--prompts-dir", folder]) == 3
    assert "no such prompt" in capfd.readouterr().err


def test_render_shows_examples_turns_and_parameters(
    folder: str, sample_archive: Path, capfd: Any
) -> None:
    """Few-shot pairs and turns in the order in which they are sent, each with its tokens."""
    document = str(sample_archive / "2025-05-06" / "TideBench.md")
    words = ["prompts", "render", "mine", "--prompts-dir", folder, "--document", document]
    assert run([*words, "--json"]) == 0
    made = json.loads(capfd.readouterr().out)
    roles = [message["role"] for message in made["messages"]]
    assert roles == ["user", "assistant", "user", "assistant", "user"]
    contents = [message["content"] for message in made["messages"]]
    assert "例子的原文" in contents[0]
    assert contents[1] == "例子的摘要"
    assert contents[2:4] == ["先想一想。", "好。"]
    assert "TideBench" in contents[4]
    assert all(message["tokens"] > 0 for message in made["messages"])
    assert made["params"] == {"max_completion_tokens": 50, "stop": ["END"], "seed": 3}
    assert run(words) == 0
    assert f"{made['tokens']} tokens" in capfd.readouterr().out


def test_diff_says_whether_they_ask_alike(folder: str, capfd: Any) -> None:
    """A unified diff, and whether the messages differ."""
    assert run(["prompts", "diff", "brief_zh", "short_zh", "--json"]) == 0
    made = json.loads(capfd.readouterr().out)
    assert made["same_messages"] is False
    assert any(line.startswith("+") for line in made["diff"])
    assert run(["prompts", "diff", "mine", "mine", "--prompts-dir", folder]) == 0
    assert "make the same messages" in capfd.readouterr().out


def test_render_of_a_shipped_prompt(sample_archive: Path, capfd: Any) -> None:
    """System and user message; the total counts what the format adds."""
    document = str(sample_archive / "2025-05-06" / "TideBench.md")
    assert run(["prompts", "render", "brief_zh", "--document", document, "--json"]) == 0
    made = json.loads(capfd.readouterr().out)
    assert [message["role"] for message in made["messages"]] == ["system", "user"]
    assert "1,240 questions" in made["messages"][1]["content"]
    assert made["tokens"] > sum(message["tokens"] for message in made["messages"])
