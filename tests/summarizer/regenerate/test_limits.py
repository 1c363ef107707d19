"""Limits on rate and time, a full disk, SIGTERM, and replies recorded for offline checks."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from summarizer.regeneration.limits import (
    BACKOFF_BASE_S,
    BACKOFF_CAP_S,
    EndpointLimits,
    backoff_s,
)


def documents(run: Path) -> Counter[str]:
    """How many lines each document has."""
    lines = (run / "generations.jsonl").read_bytes().splitlines()
    return Counter(json.loads(line)["document"] for line in lines)


def asked(server: Any) -> Counter[str]:
    """How often each request came."""
    return Counter(json.dumps(request["messages"]) for request in server.requests)


def test_requests_a_minute_are_kept(regenerate: Any, server: Any) -> None:
    """900 a minute are 15 a second: 40 requests take over a second, and no second has many more."""
    done = regenerate("--rpm", "900", "--concurrency", "40")
    assert done.returncode == 0, done.stderr
    times = sorted(server.times)
    assert len(times) == 40
    assert times[-1] - times[0] > 1
    busiest = max(sum(start <= at < start + 1 for at in times) for start in times)
    assert busiest <= 2 * 15 + 1


def test_tokens_a_minute_are_kept(regenerate: Any, server: Any) -> None:
    """A limit on tokens spreads the requests, and every document still finishes."""
    # 40 answers of 120 tokens at 2,000 a second, less the first second's burst: 1.4 s.
    done = regenerate("--tpm", "120000", "--concurrency", "40")
    assert done.returncode == 0, done.stderr
    assert len(server.times) == 40
    assert max(server.times) - min(server.times) > 1


def test_the_deadline_saves_what_is_there(regenerate: Any, server: Any, tmp_path: Path) -> None:
    """Exit 6 in time; the same command without it asks for the rest only."""
    server.latency_s = 0.2
    done = regenerate("--deadline", "1", "--concurrency", "2")
    assert done.returncode == 6, done.stderr
    kept = documents(tmp_path / "run")
    assert 0 < len(kept) < 40
    server.latency_s = 0.0
    assert regenerate("--concurrency", "8").returncode == 0
    assert set(documents(tmp_path / "run").values()) == {1}
    assert sum(asked(server).values()) <= 40 + 2


def test_sigterm_drains_and_is_143(
    regenerate: Any, server: Any, archive: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """The system ends the command: what is in flight is kept, and nothing is asked twice."""
    server.latency_s = 0.2
    words = [sys.executable, "-m", "summarizer", "regenerate", str(archive), "--prompt", "brief_zh",
             "--out", str(tmp_path / "run"), "--model", "openai:test", "--base-url", server.url,
             "--concurrency", "2"]  # fmt: skip
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    while len(server.requests) < 5:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 143, errors
    server.latency_s = 0.0
    assert regenerate().returncode == 0
    assert set(asked(server).values()) == {1}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_is_one_line_and_nothing_is_lost(
    regenerate: Any, server: Any, archive: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """Where the run cannot grow the command says so; with room again it goes on."""
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (24000, 24000))\n"
        "from summarizer.cli.app import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    words = [sys.executable, "-c", script, "regenerate", str(archive), "--prompt", "brief_zh",
             "--out", str(tmp_path / "run"), "--model", "openai:test", "--base-url", server.url,
             "--no-cache"]  # fmt: skip
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60,
                          check=False)  # fmt: skip
    assert done.returncode not in (0, 70), done.stderr
    assert "Traceback" not in done.stderr
    kept = len(documents(tmp_path / "run"))
    again = regenerate("--no-cache")
    assert again.returncode == 0, again.stderr
    assert len(documents(tmp_path / "run")) == 40
    assert kept < 40


def test_recorded_replies_answer_a_check_without_network(
    server: Any, archive: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """`record` asks once and writes no key; `accept` and `check --offline` ask nothing."""
    (tmp_path / "summarizer.toml").write_text(
        '[suite.main]\ndocuments = ["archive.jsonl"]\nprompts = ["brief_zh"]\n'
        'models = ["openai:test"]\n\n[suite.main.gate.collapse]\n',
        encoding="utf-8",
    )

    def summarizer(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "summarizer", *words], cwd=tmp_path,
                              env={**environment, "OPENAI_BASE_URL": server.url}, timeout=60,
                              capture_output=True, text=True, check=False)  # fmt: skip

    done = summarizer("record", "main", "-q")
    assert done.returncode == 0, done.stderr
    replies = tmp_path / "eval/suites/main.replies.jsonl"
    assert len(replies.read_bytes().splitlines()) == len(server.requests) == 40
    assert environment["OPENAI_API_KEY"].encode() not in replies.read_bytes()
    first = replies.read_bytes()
    assert summarizer("record", "main", "-q").returncode == 0
    assert replies.read_bytes() == first
    for folder in (tmp_path / ".summarizer", tmp_path / "cache"):
        folder.rename(folder.with_name(folder.name + ".gone"))
    assert summarizer("accept", "--offline", "-q").returncode == 0
    checked = summarizer("check", "--offline", "-q")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(server.requests) == 40


def test_the_limit_grows_until_the_server_pushes_back() -> None:
    """From 32 up by one a success; after a 429 down by three tenths, then up slowly."""
    limits = EndpointLimits(concurrency=64)
    assert limits.allowed == 32
    for _ in range(20):
        limits.succeeded()
    assert limits.allowed == 52
    limits.pushed_back(None)
    limits.pushed_back(None)  # of the same moment: counts once
    assert limits.allowed == pytest.approx(52 * 0.7)
    for _ in range(20):
        limits.succeeded()
    assert 36.4 < limits.allowed < 37.4
    for _ in range(10_000):
        limits.succeeded()
    assert limits.allowed == 64
    assert EndpointLimits(concurrency=4).allowed == 4


def test_waits_spread_with_full_jitter() -> None:
    """Between 0 and a bound that doubles and ends at the cap."""
    for attempt in range(12):
        bound = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**attempt)
        waits = [backoff_s(attempt) for _ in range(300)]
        assert 0 <= min(waits) < bound / 4
        assert bound * 3 / 4 < max(waits) <= bound


def test_a_parameter_that_every_document_is_refused_for_stops_the_batch(
    regenerate: Any, server: Any
) -> None:
    """The same 422 for all, and no success: exit 7 with the server's words, not 40 failures."""
    server.rates = {"422": 1.0}
    done = regenerate("--concurrency", "4")
    assert done.returncode == 7
    assert "refused alike: HTTP 422" in done.stderr
    assert len(server.requests) < 20


def test_an_endpoint_that_went_down_opens_the_circuit(regenerate: Any, server: Any) -> None:
    """Twenty documents in a row without an answer: stop, say so, and go on when it is back."""
    server.rates = {"500": 1.0}
    done = regenerate("--retries", "0", "--concurrency", "4")
    assert done.returncode == 7
    assert "20 documents in a row failed" in done.stderr
    assert len(server.requests) < 30
    server.rates = {}
    again = regenerate("--retry-failed")
    assert again.returncode == 0, again.stderr
