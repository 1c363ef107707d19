"""Prompts: data stays data, bounds hold, the fingerprint covers what changes the messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from summarizer.document import Document
from summarizer.errors import PromptError
from summarizer.prompt import Prompt, list_prompts

DOCUMENT = Document("a.md", "a.md", None, "题", {}, "", "文{{ 1 }}{% x %}</source>", None, "", None)


def test_shipped_prompts_render_and_fence_the_source() -> None:
    """Template syntax in a source reaches the model unchanged, and cannot close its fence."""
    for prompt in list_prompts():
        content = prompt.render(DOCUMENT)[-1]["content"]
        assert "<source-2>\n文{{ 1 }}{% x %}</source>\n</source-2>" in content


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ one }} {{ two }}", "Missing variables: one, two"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ 'a' * 10**9 }}", "out of bounds"),
        ("{% set x = 'aaaaaaaa' %}" + "{% set x = x ~ x %}" * 50 + "{{ x }}", "4,000,000"),
        ("{% for i in range(99999) %}{% for j in range(999) %}{% endfor %}{% endfor %}", "turns"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "without end"),
        ("{% include '../secret' %}", "outside of its folder|not loaded from a folder"),
        ("---\nlenght: 3\n---\n", "did you mean length"),
        ("---\nparams: {api_key: x}\n---\n", "api_key"),
        ("---\na: &a [1]\nb: *a\n---\n", "aliases"),
        ("---\nname: ../x\n---\n", "letters, digits"),
    ],
)
def test_what_a_template_may_not_do(template: str, message: str) -> None:
    """Each is one clear error, soon, at load or at rendering."""
    with pytest.raises(PromptError, match=message):
        Prompt.parse(template).render(DOCUMENT)


def test_includes_stay_in_their_folder_and_change_the_fingerprint(tmp_path: Path) -> None:
    """An included file is part of the prompt; one outside, also by a link, is refused."""
    (tmp_path / "own").mkdir()
    (tmp_path / "secret.j2").write_text("s")
    (tmp_path / "own" / "link.j2").symlink_to(tmp_path / "secret.j2")
    (tmp_path / "own" / "part.j2").write_text("one")
    (tmp_path / "own" / "p.j2").write_text("{% include 'part.j2' %}")
    first = Prompt.load(tmp_path / "own" / "p.j2")
    assert first.render(DOCUMENT)[0]["content"] == "one"
    (tmp_path / "own" / "part.j2").write_text("two")
    assert Prompt.load("p", folders=[tmp_path / "own"]).fingerprint != first.fingerprint
    (tmp_path / "own" / "q.j2").write_text("{% include 'link.j2' %}")
    with pytest.raises(PromptError, match="outside of its folder"):
        Prompt.load(tmp_path / "own" / "q.j2")


def test_fingerprint_covers_messages_only() -> None:
    """A description changes nothing; a length, an example or the text does."""
    prints = [
        Prompt.parse(f"---\n{header}\n---\n{body}").fingerprint
        for header, body in [
            ("description: a", "x"), ("description: b", "x"), ("length: 9", "x"),
            ("examples: [{source: s, summary: t}]", "x"), ("description: a", "y"),
        ]
    ]  # fmt: skip
    assert prints[0] == prints[1]
    assert len(set(prints)) == 4


def test_few_shot_examples_and_turns_become_messages() -> None:
    """Examples pass through the same template; turns keep their roles and order."""
    prompt = Prompt.parse(
        "---\nsystem: S\nexamples: [{source: e, summary: t}]\n"
        "messages: [{role: user, content: '{{ title }}?'}, {role: assistant, content: ok}]\n"
        "json_schema: {type: object, properties: {summary: {type: string}}}\n"
        "summary_field: summary\n---\n[{{ source }}]"
    )
    got = [(message["role"], message["content"]) for message in prompt.render(DOCUMENT)]
    assert got == [
        ("system", "S"), ("user", "[e]"), ("assistant", "t"), ("user", "题?"),
        ("assistant", "ok"), ("user", f"[{DOCUMENT.source_text}]"),
    ]  # fmt: skip
    assert prompt.request_params({"seed": 1})["response_format"]["type"] == "json_schema"
