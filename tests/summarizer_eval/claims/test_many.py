"""Many pairs: in order, bounded, streamed, and each with its own errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from summarizer.errors import EndpointUnusable, InputError, ReplayMiss
from summarizer_eval.claims import ClaimReport, SourceDocument, default_checker
from summarizer_eval.claims.many import check_pairs, in_order
from summarizer_eval.claims.registry import make_checker


class Fussy:
    """A checker that fails on some summaries, as third parties' may."""

    name, version = "fussy", "1"
    concurrency = 4

    def check(self, source: SourceDocument, summary: str) -> ClaimReport:
        if summary == "bug":
            raise ZeroDivisionError("oh")
        if summary == "miss":
            raise ReplayMiss("no recorded reply")
        if summary == "stop":
            raise EndpointUnusable("wrong key")
        return ClaimReport(())


def line(name: Any, summary: str = "x 5", source: str = "x 5") -> bytes:
    return json.dumps({"id": name, "source": source, "summary": summary}).encode()


def test_processes_and_one_process_say_the_same() -> None:
    """The rows of 300 lines, on two processes and on none, in the order of the input."""
    lines = [line(n, f"销量增长{n}%。", "Sales rose 7%.") for n in range(300)]
    checker = default_checker()
    serial = [result.row for result in check_pairs(lines, checker, where="x", jobs=1)]
    parallel = [
        result.row for result in check_pairs(lines, checker, where="x", jobs=2, rebuild="rules")
    ]
    assert [row["id"] for row in parallel] == list(range(300))
    assert serial == parallel


def test_faults_are_named_in_their_rows() -> None:
    """Bad lines, a checker's bug and a missing recording fail their own row only."""
    lines = [line("a"), b"{", b"[1]", b'{"id": "d", "source": "x"}', b"", line("e", "bug"),
             line("f", "miss"), line("g")]  # fmt: skip
    results = list(check_pairs(lines, Fussy(), where="pairs.jsonl"))
    assert [(result.row["id"], result.problem) for result in results] == [
        ("a", ""), (2, "input"), (3, "input"), ("d", "input"), ("e", "checker"),
        ("f", "unrecorded"), ("g", ""),
    ]  # fmt: skip
    assert "pairs.jsonl:2" in results[1].row["error"]
    assert "'summary'" in results[3].row["error"]
    assert "fussy failed: ZeroDivisionError: oh" in results[4].row["error"]


def test_what_no_line_can_survive_ends_it() -> None:
    """A wrong key is raised, after the rows before it."""
    results = check_pairs([line(1), line(2, "stop"), line(3)], Fussy(), where="x")
    assert next(results).row["id"] == 1
    with pytest.raises(EndpointUnusable):
        next(results)


def test_sources_of_html_are_extracted() -> None:
    """The offsets of evidence count in the extracted text."""
    html = line(1, "销量增长26%。", "<p>今年</p><p>销量<b>增长26%</b>。</p>")
    (result,) = check_pairs([html], default_checker(), where="x", html=True)
    (claim,) = result.row["claims"]
    assert claim["verdict"] == "supported"
    assert "<" not in claim["evidence"]["text"]


@pytest.mark.parametrize("threads", [None, 3])
def test_an_answer_does_not_wait_for_the_next_line(threads: int | None) -> None:
    """A program that writes a line gets its row before it writes the next one."""
    checker: Any = default_checker() if threads is None else Fussy()
    answered = threading.Semaphore(0)

    def lines() -> Iterator[bytes]:
        for n in range(5):
            yield line(n)
            assert answered.acquire(timeout=20)

    for n, result in enumerate(check_pairs(lines(), checker, where="x", jobs=threads)):
        assert result.row["id"] == n
        answered.release()
    assert n == 4


def test_memory_is_bounded() -> None:
    """No more is read ahead than the window and what waits for it, however slow the reader."""
    read = 0

    def tasks() -> Iterator[int]:
        nonlocal read
        for n in range(10_000):
            read += 1
            yield n

    with ThreadPoolExecutor(2) as pool:
        results = in_order(tasks(), lambda n: n, pool, ahead=8, block=2)
        assert [next(results) for _ in range(10)] == list(range(10))
        assert read < 100
        results.close()  # type: ignore[attr-defined]


def test_an_error_of_the_input_comes_after_its_results() -> None:
    """What was read before is still given."""

    def tasks() -> Iterator[int]:
        yield 1
        raise OSError("disk")

    with ThreadPoolExecutor(2) as pool:
        results = in_order(tasks(), lambda n: n, pool, ahead=4)
        assert next(results) == 1
        with pytest.raises(OSError, match="disk"):
            next(results)


class Wanting(Fussy):
    """A checker that cannot be made without arguments."""

    def __init__(self, what: str) -> None:
        self.what = what


INSTANCE = Fussy()


def test_checkers_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded one, a class, an object, and an installed entry point."""
    from importlib.metadata import EntryPoint

    from summarizer_eval.claims import registry

    assert make_checker("rules").name == "rules"
    for name in ("Fussy", "INSTANCE"):
        assert make_checker(f"{__name__}:{name}").name == "fussy"
    point = EntryPoint("ours", f"{__name__}:Fussy", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert make_checker("ours").name == "fussy"
    assert registry.checker_names() == ["rules", "ours"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nope", "one of rules"),
        ("no.such.module:X", "cannot import"),
        (f"{__name__}:Absent", "cannot import"),
        (f"{__name__}:Wanting", "makes no checker"),
        ("json:dumps", "makes no checker"),
        ("decimal:Decimal", "is no checker"),
    ],
)
def test_what_is_no_checker(name: str, said: str) -> None:
    """The error says what is wrong and what would do."""
    with pytest.raises(InputError) as caught:
        make_checker(name)
    assert said in str(caught.value)
