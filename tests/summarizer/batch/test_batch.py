"""Batch files against a server of our own that speaks the Files and Batches endpoints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from summarizer.batch.api import Submission, connect
from summarizer.batch.files import BatchRun, PartWriter, export_batch
from summarizer.batch.results import import_results
from summarizer.document import Document
from summarizer.errors import EndpointUnusable, InputError, RunError
from summarizer.prompt import Prompt
from tests.support.batch_server import Server, result


@pytest.fixture
def server() -> Any:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


def documents(n: int = 3) -> list[Document]:
    return [
        Document(f"{i}.md", f"{i}.md", None, f"题{i}", {}, "", f"第{i}篇。", None, "", None)
        for i in range(n)
    ]


def exported(tmp_path: Path, n: int = 3, **options: Any) -> BatchRun:
    export_batch(
        documents(n), Prompt.load("brief_zh"), model="gpt-4.1-mini",
        endpoint="127.0.0.1/v1", out=tmp_path / "run", **options,
    )  # fmt: skip
    return BatchRun(tmp_path / "run")


def submission(batch: BatchRun, server: Server, **options: Any) -> Submission:
    return Submission(batch, connect(server.base_url, "k"), **options)


def test_lines_have_the_documented_shape(tmp_path: Path) -> None:
    """Each line is custom_id, method, url and a chat completion's body, and nothing else."""
    batch = exported(tmp_path)
    rows = [json.loads(line) for line in batch.parts()[0].read_bytes().splitlines()]
    assert {tuple(row) for row in rows} == {("custom_id", "method", "url", "body")}
    assert {(row["method"], row["url"]) for row in rows} == {("POST", "/v1/chat/completions")}
    body = rows[0]["body"]
    assert list(body) == ["model", "messages", "temperature", "max_completion_tokens"]
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert len({row["custom_id"] for row in rows}) == 3


@pytest.mark.parametrize(("limits", "sizes"), [((2, 10**9), [2, 2, 1]), ((99, 250), [2, 2, 1])])
def test_files_split_at_both_limits(
    tmp_path: Path, limits: tuple[int, int], sizes: list[int]
) -> None:
    """A file holds at most so many requests and so many bytes, and none is lost."""
    writer = PartWriter(tmp_path, max_requests=limits[0], max_bytes=limits[1])
    for number in range(5):
        writer.write({"custom_id": str(number), "body": "x" * 80})
    writer.close()
    assert [len(part.read_bytes().splitlines()) for part in writer.parts] == sizes
    assert all(part.stat().st_size <= limits[1] for part in writer.parts)
    with pytest.raises(InputError, match="larger than a batch file"):
        PartWriter(tmp_path, max_bytes=10).write({"custom_id": "1"})


def test_files_split_at_the_real_limits(tmp_path: Path) -> None:
    """The 50,001st request opens a second file; so does the byte after 200 MB."""
    many = PartWriter(tmp_path)
    for number in range(50_001):
        many.write({"custom_id": str(number)})
    many.close()
    assert [part.read_bytes().count(b"\n") for part in many.parts] == [50_000, 1]
    (tmp_path / "large").mkdir()
    large = PartWriter(tmp_path / "large")
    megabyte = {"custom_id": "x", "body": "x" * (1_000_000 - 30)}
    for _ in range(201):
        large.write(megabyte)
    large.close()
    sizes = [part.stat().st_size for part in large.parts]
    assert len(sizes) == 2
    assert 199_000_000 < sizes[0] <= 200_000_000


def test_export_refuses_what_is_there_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    """An existing --out is refused; an export of nothing leaves no directory."""
    exported(tmp_path)
    with pytest.raises(RunError, match="is there already"):
        exported(tmp_path)
    with pytest.raises(InputError, match="no documents"):
        export_batch([], Prompt.load("brief_zh"), model="m", endpoint="e", out=tmp_path / "empty")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_import_takes_results_in_any_order_once(tmp_path: Path) -> None:
    """Results of an engine or a person find their requests; a second import adds nothing."""
    batch = exported(tmp_path)
    keys = list(batch.wanted())
    rows = [result(keys[2]), {"custom_id": keys[0], "text": "以下是摘要：手写。"},
            result("0" * 32), {"nonsense": 1}]  # fmt: skip
    lines = [json.dumps(row).encode() for row in rows]
    first = import_results(batch, lines, where="out")
    assert (first.ok, first.failed, first.strange, len(first.unreadable)) == (2, 0, 1, 1)
    again = import_results(batch, lines, where="out")
    assert (again.ok, again.known) == (0, 2)
    made = {generation.document: generation for generation in batch.run.generations()}
    assert made["0.md"].summary == "手写。"
    assert made["0.md"].cleanup == ("lead-in",)
    assert made["0.md"].cost_usd is None
    # 1,000 tokens at $0.20 and 100 at $0.80 a million: batch prices of gpt-4.1-mini.
    assert made["2.md"].cost_usd == pytest.approx(0.00028)


def test_the_whole_way(tmp_path: Path, server: Server) -> None:
    """Submit, status, collect: results come in, expired items alone are sent again."""
    batch = exported(tmp_path)
    keys = list(batch.wanted())
    server.expire, server.fail = {keys[0]}, {keys[1]}
    submission(batch, server).submit()
    assert [part.status for part in submission(batch, server).status()] == ["in_progress"]
    server.finish()
    _, total = submission(batch, server).collect()
    assert (total.ok, total.failed, total.expired) == (1, 1, 1)
    server.expire, server.fail = set(), set()
    submission(batch, server).submit()
    server.finish()
    submission(batch, server).collect()
    assert batch.answered() == {keys[0]: "ok", keys[1]: "error", keys[2]: "ok"}
    submission(batch, server).submit(retry_failed=True)
    server.finish()
    submission(batch, server).collect()
    assert set(batch.answered().values()) == {"ok"}
    assert sorted(server.paid) == sorted(keys)


class Killed(BaseException):
    """The process ends here."""


STEPS = ["intended", "upload answered", "uploaded", "create answered", "created"]


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_submit_pays_nothing_twice(tmp_path: Path, server: Server, step: str) -> None:
    """Killed after any step, the next submit re-attaches; each request is paid once."""
    batch = exported(tmp_path)

    def die(name: str) -> None:
        if name == step:
            raise Killed

    with pytest.raises(Killed):
        submission(batch, server, step=die).submit()
    submission(batch, server).submit()
    submission(batch, server).submit()
    assert sorted(server.paid) == sorted(batch.wanted())
    assert len(server.batches) == len(server.files) == 1


@pytest.mark.parametrize("step", ["downloaded", "imported output"])
def test_a_killed_collect_loses_nothing(tmp_path: Path, server: Server, step: str) -> None:
    """Killed after any step, the next collect completes the run without a line twice."""
    batch = exported(tmp_path)
    submission(batch, server).submit()
    server.finish()

    def die(name: str) -> None:
        if name == step:
            raise Killed

    with pytest.raises(Killed):
        submission(batch, server, step=die).collect()
    with batch.run.generations_path.open("ab") as stream:
        stream.write(b'{"torn')
    submission(batch, server).collect()
    submission(batch, server).submit()
    assert len(batch.run.generations_path.read_bytes().splitlines()) == 3
    assert sorted(server.paid) == sorted(batch.wanted())


def test_an_unreachable_server_is_one_error(tmp_path: Path) -> None:
    """No server: exit code 7, and the run stays as it was."""
    batch = exported(tmp_path)
    with pytest.raises(EndpointUnusable, match="cannot be reached"):
        Submission(batch, connect("http://127.0.0.1:9/v1", "k")).submit()
