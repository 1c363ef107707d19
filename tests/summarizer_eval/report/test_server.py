"""The server of `view` answers its own page and nobody else."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from summarizer_eval.report.server import ReportServer


@pytest.fixture
def server(made: Any) -> Iterator[ReportServer]:
    """A running server of the report."""
    running = ReportServer(made.head, made.store)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


def ask(server: ReportServer, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def test_listens_on_this_machine_only(server: ReportServer) -> None:
    """The address is loopback, and the port was free."""
    assert server.server_address[0] == "127.0.0.1"
    assert server.url.startswith(f"http://127.0.0.1:{server.server_port}/?token=")


@pytest.mark.parametrize("path", ["/", "/api/head", "/api/rows", "/api/detail?i=1", "/x"])
def test_without_the_token_nothing_is_told(server: ReportServer, path: str) -> None:
    """No token, or a wrong one, is 403 whatever is asked."""
    assert ask(server, path)[0] == 403
    assert ask(server, path, **{"X-Report-Token": "wrong"})[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1", ""])
def test_foreign_host_header_is_refused(server: ReportServer, host: str) -> None:
    """A name that was pointed at this machine (DNS rebinding) learns nothing, token or not."""
    status, body, _ = ask(server, f"/api/head?token={server.token}", Host=host)
    assert (status, body) == (421, b"wrong host\n")


def test_pages_of_rows(server: ReportServer, made: Any) -> None:
    """Rows come in pages with their total, in the order asked for."""
    token = {"X-Report-Token": server.token}
    status, body, headers = ask(server, "/api/rows?offset=20&limit=5&sort=0.0", **token)
    answer = json.loads(body)
    values = [row["v"][0]["m"][0] for row in made.store.rows()]
    assert status == 200
    assert answer["total"] == 60
    assert [row["v"][0]["m"][0] for row in answer["rows"]] == sorted(values)[20:25]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "path, status",
    [("/api/detail?i=x", 400), ("/api/rows?limit=x", 400), ("/../etc/passwd", 404), ("/api/", 404)],
)
def test_bad_requests_have_their_status(server: ReportServer, path: str, status: int) -> None:
    """Nothing asked for makes the server stumble or read a file."""
    assert ask(server, path, **{"X-Report-Token": server.token})[0] == status
