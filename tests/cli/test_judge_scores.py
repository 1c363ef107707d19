"""``score`` and ``audit`` with ``--checker``: a judge, and anybody's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from summarizer.cli.app import run
from summarizer_eval.claims import Claim, ClaimReport, SourceDocument
from tests.support.chat_server import ChatServer, completion, serve

KEY = "sk-planted-0123456789"


class Grim:
    """Holds every summary for contradicted."""

    name, version = "grim", "7"

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        return ClaimReport((Claim(0, len(summary), summary, "other", "contradicted"),))


def judged(body: dict[str, Any]) -> dict[str, Any]:
    """The first claim is unsupported, the others are supported."""
    text = body["messages"][-1]["content"]
    claims = text.rpartition("<claims>\n")[2].partition("\n</claims>")[0].splitlines()
    rows = [
        {"claim": number, "quote": "", "verdict": "unsupported" if number == 1 else "supported"}
        for number, _ in enumerate(claims, start=1)
    ]
    return completion(json.dumps({"claims": rows}))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ChatServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("SUMMARIZER_CACHE_DIR", str(tmp_path / "cache"))
    with serve(ChatServer(key=KEY, answer=judged, latency_s=0.02)) as running:
        yield running


@pytest.fixture
def a_run(sample_archive: Path, tmp_path: Path, capfd: Any) -> str:
    """A run of the sample archive by an embedded model."""
    out = str(tmp_path / "run")
    assert run(["regenerate", str(sample_archive), "--prompt", "brief_zh", "--model",
                "extractive:lead", "--limit", "12", "--out", out, "--quiet"]) == 0  # fmt: skip
    capfd.readouterr()
    return out


def judge(server: ChatServer) -> list[str]:
    return ["--checker", "judge", "--model", "openai:test", "--base-url", server.url]


def test_scores_by_a_judge(a_run: str, server: ChatServer, capfd: Any) -> None:
    """The figures of claims are the judge's and say so; other metrics stay; many at once."""
    assert run(["score", a_run, "--json", *judge(server)]) == 0
    captured = capfd.readouterr()
    metrics = json.loads(captured.out)["runs"][0]["metrics"]
    assert "checker:judge-test.1." in metrics["faithfulness"]["signature"]
    assert "checker" not in metrics["fact_recall"]["signature"]  # the judge has no part in it
    assert metrics["unsupported"]["mean"] == 1.0
    assert metrics["rougeL"]["mean"] is not None
    assert server.most_at_once > 1
    assert KEY not in captured.out + captured.err
    asked = len(server.requests)
    assert 0 < asked <= 12
    assert run(["score", a_run, "--metric", "faithfulness", "--json", *judge(server)]) == 0
    again = json.loads(capfd.readouterr().out)["runs"][0]["metrics"]
    assert again["faithfulness"]["mean"] == metrics["faithfulness"]["mean"]
    assert "rougeL" not in again
    assert len(server.requests) == asked
    assert run(["score", a_run, "--metric", "faithfulness", "--json"]) == 0
    rules = json.loads(capfd.readouterr().out)["runs"][0]["metrics"]["faithfulness"]
    assert "checker:rules." in rules["signature"]


def test_no_claims_no_requests(a_run: str, server: ChatServer, capfd: Any) -> None:
    """Where only other metrics are asked for, the judge is not."""
    assert run(["score", a_run, "--metric", "rouge", "--json", *judge(server)]) == 0
    assert server.requests == []


def test_against_holds_with_a_judge(a_run: str, server: ChatServer, capfd: Any) -> None:
    """The default groups are those of the sides that were named, as without a judge."""
    for side in ("stored", "source"):
        names = []
        for more in ([], judge(server)):
            assert run(["score", a_run, "--against", side, "--json", *more]) == 0
            names.append(set(json.loads(capfd.readouterr().out)["runs"][0]["metrics"]))
        assert names[0] == names[1]


def test_a_failed_judgement_is_unscored(a_run: str, server: ChatServer, capfd: Any) -> None:
    """It is named, counted and no zero; the command says 4, and the next one asks again."""
    server.rates = {"400": 0.4}
    assert run(["score", a_run, "--metric", "claims", "--json", *judge(server)]) == 4
    captured = capfd.readouterr()
    figure = json.loads(captured.out)["runs"][0]["metrics"]["faithfulness"]
    failed = captured.err.count("HTTP 400")
    assert failed > 0
    assert figure["unscored"]["check-failed"] == failed
    assert ".md: the judge gave no reply" in captured.err
    server.rates = {}
    assert run(["score", a_run, "--metric", "claims", "--json", *judge(server)]) == 0
    again = json.loads(capfd.readouterr().out)["runs"][0]["metrics"]["faithfulness"]
    assert again["n_documents"] == figure["n_documents"] + failed
    assert "check-failed" not in again["unscored"]


def test_audit_by_a_judge(sample_archive: Path, server: ChatServer, capfd: Any) -> None:
    """Claims by verdict and reasons are the judge's; documents come as without it."""
    command = ["audit", str(sample_archive), "--json", "--quiet"]
    assert run(command) == 0
    rules = {row["id"]: row for row in map(json.loads, capfd.readouterr().out.splitlines())}
    assert run([*command, *judge(server)]) == 0
    rows = {row["id"]: row for row in map(json.loads, capfd.readouterr().out.splitlines())}
    assert rows.keys() == rules.keys()
    checked = [row for row in rows.values() if row["claims"]["supported"]]
    assert checked
    assert {row["claims"]["unsupported"] for row in checked} == {1}
    assert all(any(r.startswith("unsupported: ") for r in row["reasons"]) for row in checked)
    server.rates = {"400": 1.0}
    assert run([*command, *judge(server), "--no-cache", "--limit", "3"]) == 4
    assert "HTTP 400" in capfd.readouterr().err


def test_anybodys_checker_scores_and_audits(
    a_run: str, sample_archive: Path, capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--checker` takes an installed one by its name."""
    from importlib.metadata import EntryPoint

    from summarizer_eval.claims import registry

    point = EntryPoint("grim", f"{__name__}:Grim", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert run(["score", a_run, "--metric", "faithfulness", "--checker", "grim", "--json"]) == 0
    figure = json.loads(capfd.readouterr().out)["runs"][0]["metrics"]["faithfulness"]
    assert (figure["mean"], "checker:grim.7" in figure["signature"]) == (0.0, True)
    assert run(["audit", str(sample_archive), "--checker", "grim", "--json", "--worst", "1"]) == 0
    row = json.loads(capfd.readouterr().out)
    assert row["claims"]["supported"] == 0


@pytest.mark.parametrize("command", [["score", "RUN"], ["audit", "ARCHIVE"]])
def test_usage(command: list[str], a_run: str, sample_archive: Path, capfd: Any) -> None:
    """The judge's options without a judge are a mistake."""
    names = {"RUN": a_run, "ARCHIVE": str(sample_archive)}
    arguments = [names.get(part, part) for part in command]
    assert run([*arguments, "--model", "openai:x"]) == 2
    assert run([*arguments, "--checker", "nope"]) == 3
