"""``claims --checker judge`` against a real server on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from summarizer.cli.app import run
from tests.support.chat_server import ChatServer, completion, serve

KEY = "sk-planted-0123456789"
SOURCE = "Sales rose 26% to 1.2 million cars."
SUMMARY = "销量增长36%，达120万辆。"


def judged(body: dict[str, Any]) -> dict[str, Any]:
    """A judge that holds 36 against a claim and finds the rest supported."""
    text = body["messages"][-1]["content"]
    source = text.partition("<source>\n")[2].partition("\n</source>")[0]
    claims = text.rpartition("<claims>\n")[2].partition("\n</claims>")[0].splitlines()
    rows = [
        {"claim": number, "quote": source[:14], "kind": "number", "reason": "原文是26%。",
         "verdict": "contradicted" if "36" in claim else "supported"}
        for number, claim in enumerate(claims, start=1)
    ]  # fmt: skip
    return completion("```json\n" + json.dumps({"claims": rows}, ensure_ascii=False) + "\n```")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ChatServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("SUMMARIZER_CACHE_DIR", str(tmp_path / "cache"))
    with serve(ChatServer(key=KEY, answer=judged)) as running:
        yield running


def judge(server: ChatServer, model: str = "test") -> list[str]:
    return ["--checker", "judge", "--model", f"openai:{model}", "--base-url", server.url]


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    (tmp_path / "source.txt").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "summary.txt").write_text(SUMMARY, encoding="utf-8")
    return ["--source", str(tmp_path / "source.txt"), "--summary", str(tmp_path / "summary.txt")]


def pairs_file(folder: Path, *rows: Any) -> str:
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def one(name: Any, source: str = SOURCE, summary: str = SUMMARY) -> dict[str, Any]:
    return {"id": name, "source": source, "summary": summary}


def test_one_pair(pair: list[str], server: ChatServer, capfd: Any) -> None:
    """Verdicts with evidence; one request; what it took goes to stderr, the key nowhere."""
    assert run(["claims", *pair, *judge(server), "--json"]) == 0
    captured = capfd.readouterr()
    value = json.loads(captured.out)
    assert [claim["verdict"] for claim in value["claims"]] == ["contradicted", "supported"]
    assert value["claims"][0]["evidence"] == {"start": 0, "end": 14, "text": SOURCE[:14]}
    assert re.fullmatch(r"judge-test\.1\.[0-9a-f]{8}", value["claims"][0]["checker"])
    assert "1 asked, 0 from the cache, 100 + 20 tokens, cost not measured" in captured.err
    assert len(server.requests) == 1
    assert KEY not in captured.out + captured.err


def test_a_second_run_asks_nothing(
    pair: list[str], server: ChatServer, capfd: Any, tmp_path: Path
) -> None:
    """From the response cache, until --ask-again or --no-cache; another prompt asks anew."""
    command = ["claims", *pair, *judge(server), "--json"]
    for more, sent in (([], 1), ([], 1), (["--ask-again"], 2), (["--no-cache"], 3)):
        assert run([*command, *more]) == 0
        assert len(server.requests) == sent
    own = tmp_path / "own.j2"
    own.write_text("<source>\n{{ source }}\n</source>\n<claims>\n{{ claims }}\n</claims>")
    assert run([*command, "--judge-prompt", str(own)]) == 0
    assert len(server.requests) == 4
    assert len(server.requests[-1]["messages"]) == 1
    names = set(re.findall(r"judge-test\.1\.[0-9a-f]{8}", capfd.readouterr().out))
    assert len(names) == 2


def test_pairs_are_asked_at_once_and_come_in_order(
    tmp_path: Path, server: ChatServer, capfd: Any
) -> None:
    """As many in flight as --concurrency says; equal pairs are asked once."""
    server.latency_s = 0.05
    rows = [one(n, f"{SOURCE} {n % 20}") for n in range(40)]
    name = pairs_file(tmp_path, *rows)
    command = ["claims", "--pairs", name, "--json", *judge(server), "--concurrency", "5"]
    assert run(command) == 0
    got = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [row["id"] for row in got] == list(range(40))
    assert {row["claims"][0]["verdict"] for row in got} == {"contradicted"}
    assert len(server.requests) == 20
    assert 1 < server.most_at_once <= 5


def test_a_failed_document_is_named_and_the_rest_goes_on(
    tmp_path: Path, server: ChatServer, capfd: Any
) -> None:
    """A bad line fails its own row; a reply that is no JSON supports nothing, exit 4."""

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        text = body["messages"][-1]["content"]
        return completion("Looks fine to me.") if "chatty" in text else judged(body)

    server.answer = answer
    name = pairs_file(tmp_path, one("a"), one("b", "chatty"), {"id": "c"}, one("d"))
    assert run(["claims", "--pairs", name, "--json", *judge(server)]) == 4
    captured = capfd.readouterr()
    rows = {row["id"]: row for row in map(json.loads, captured.out.splitlines())}
    assert "claims" in rows["a"]
    assert {claim["verdict"] for claim in rows["b"]["claims"]} == {"unchecked"}
    assert "Looks fine" in rows["b"]["claims"][0]["reason"]
    assert "error" in rows["c"]
    assert "1 replies unreadable, 2 claims without a verdict" in captured.err


def test_errors_of_the_server_fail_their_documents(
    tmp_path: Path, server: ChatServer, capfd: Any
) -> None:
    """A 400 is no reason to stop, and is in the row."""
    name = pairs_file(tmp_path, one("a"))
    server.rates = {"400": 1.0}
    assert run(["claims", "--pairs", name, "--json", *judge(server)]) == 4
    captured = capfd.readouterr()
    (row,) = map(json.loads, captured.out.splitlines())
    assert (row["id"], "HTTP 400" in row["error"]) == ("a", True)
    assert "the checker failed: 1" in captured.err
    assert "1 requests failed" in captured.err


def test_a_wrong_key_is_exit_7(
    tmp_path: Path, server: ChatServer, capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing further is sent; neither key is printed."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-987654321")
    name = pairs_file(tmp_path, *(one(n, f"{SOURCE} {n}") for n in range(30)))
    command = ["claims", "--pairs", name, "--json", *judge(server), "--concurrency", "1"]
    assert run(command) == 7
    captured = capfd.readouterr()
    assert len(server.requests) == 1
    assert "sk-" not in captured.out + captured.err
    assert "OPENAI_API_KEY" in captured.err


def test_the_budget_ends_it_with_6(tmp_path: Path, server: ChatServer, capfd: Any) -> None:
    """What fits is asked; an unknown price cannot be held and is 3."""
    name = pairs_file(tmp_path, *(one(n, f"{SOURCE} {n}") for n in range(10)))
    command = ["claims", "--pairs", name, "--json"]
    limited = [*judge(server, "gpt-4.1-mini"), "--max-cost", "0.007", "--concurrency", "1"]
    assert run([*command, *limited]) == 6
    captured = capfd.readouterr()
    assert 0 < len(server.requests) < 10
    assert len(captured.out.splitlines()) == len(server.requests)
    assert "--max-cost" in captured.err
    assert run([*command, *judge(server, "unheard-of"), "--max-cost", "1"]) == 3


def test_recorded_replies_answer_offline(
    tmp_path: Path, server: ChatServer, capfd: Any, pair: list[str]
) -> None:
    """What the cache exports answers without a server; a miss names the document and is 3."""
    assert run(["claims", *pair, *judge(server), "--json"]) == 0
    first = json.loads(capfd.readouterr().out)
    recorded = tmp_path / "replies.jsonl"
    assert run(["cache", "export"]) == 0
    recorded.write_text(capfd.readouterr().out, encoding="utf-8")
    offline = ["--checker", "judge", "--model", "openai:test", "--offline", str(recorded)]
    assert run(["claims", *pair, *offline, "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == first
    name = pairs_file(tmp_path, one("known"), one("new", "Other text."))
    assert run(["claims", "--pairs", name, *offline, "--json"]) == 3
    captured = capfd.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    assert ["error" in row for row in rows] == [False, True]
    assert "no recorded reply: 1" in captured.err
    assert len(server.requests) == 1


def test_a_judge_is_measured_on_labels(tmp_path: Path, server: ChatServer, capfd: Any) -> None:
    """`claims evaluate` gives its table; a document without a reply is left out, exit 4."""
    label = {
        "source": SOURCE, "summary": SUMMARY,
        "claims": [{"start": 0, "end": 7, "label": "contradicted"},
                   {"start": 8, "end": 14, "label": "supported"}],
        "planted": [{"start": 9, "end": 12, "replacement": "360", "type": "number"}],
    }  # fmt: skip
    name = pairs_file(tmp_path, label, {**label, "source": SOURCE + " Indeed."})
    command = ["claims", "evaluate", name, "--json", *judge(server)]
    assert run(command) == 0
    value = json.loads(capfd.readouterr().out)
    rows = {row["name"]: row for row in value["rows"]}
    assert rows["planted number"]["contradicted"] == 2
    assert rows["claims supported"]["flagged"] == 0
    assert len(server.requests) == 4
    assert run(command) == 0
    assert len(server.requests) == 4
    capfd.readouterr()
    server.rates = {"400": 1.0}
    assert run([*command, "--no-cache"]) == 4
    captured = capfd.readouterr()
    assert json.loads(captured.out)["documents"] == 0
    assert f"{name}:1" in captured.err


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--model", "extractive:lead"], 3, "judges none"),
        (["--model", "nonsense"], 3, "is no model"),
        (["--model", "openai:x", "--param", "api_key=1"], 3, "api_key"),
        (["--model", "openai:x", "--judge-prompt", "/nowhere.j2"], 3, "/nowhere.j2"),
        (["--model", "openai:x", "--offline", "/nowhere.jsonl"], 3, "/nowhere.jsonl"),
        (["--model", "openai:x", "--api-key-file", "/nowhere.key"], 3, "/nowhere.key"),
    ],
)
def test_what_cannot_be_a_judge(
    more: list[str], code: int, said: str, pair: list[str], capfd: Any
) -> None:
    """One line that says what is wrong, before anything is asked."""
    assert run(["claims", *pair, "--checker", "judge", *more]) == code
    error = capfd.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
