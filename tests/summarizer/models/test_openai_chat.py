"""One request to servers of many manners, over real sockets."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from summarizer.models.base import Reply
from summarizer.models.failures import FailureKind, RequestFailed
from summarizer.models.openai_chat import OpenAIChatModel
from summarizer.testing import request

KEY = "sk-planted-0123456789"
GOOD = '{"choices": [{"message": {"content": "摘要。"}, "finish_reason": "stop"}]}'


class Canned:
    """A server that answers every request with the same status, headers and bytes."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {"Content-Type": "application/json"}
        self.body = GOOD.encode()
        self.claimed_length: int | None = None
        self.drip_s = 0.0
        self.asked = 0
        canned = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                canned.asked += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(canned.status)
                for name, value in canned.headers.items():
                    self.send_header(name, value)
                length = canned.claimed_length or len(canned.body)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                if not canned.drip_s:
                    self.wfile.write(canned.body)
                    return
                for byte in canned.body:
                    try:
                        self.wfile.write(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(canned.drip_s)

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"


@pytest.fixture
def server() -> Iterator[Canned]:
    canned = Canned()
    thread = threading.Thread(target=canned.http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield canned
    canned.http.shutdown()
    thread.join()
    canned.http.server_close()


def ask(url: str, *, timeout_s: float = 5.0) -> Reply:
    async def once() -> Reply:
        model = OpenAIChatModel("m", base_url=url, api_key=KEY, timeout_s=timeout_s, connections=1)
        try:
            return await model.complete(request("text"))
        finally:
            await model.aclose()

    return asyncio.run(once())


def failure(url: str, *, timeout_s: float = 5.0) -> RequestFailed:
    with pytest.raises(RequestFailed) as caught:
        ask(url, timeout_s=timeout_s)
    return caught.value


LIST_422 = '{"detail": [{"loc": ["body", "temperature"], "msg": "should be a number"}]}'


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, '{"error": {"message": "Incorrect API key provided: ' + KEY + '"}}', "fatal",
         "Incorrect API key provided: [key]"),
        (403, '{"error": {"message": "not in your country"}}', "fatal", "not in your country"),
        (404, '{"error": {"message": "The model `m` does not exist"}}', "fatal", "does not exist"),
        (404, "<html><h1>404 Not Found</h1></html>", "fatal", "HTTP 404: 404 Not Found"),
        (400, '{"detail": "Model nope not found"}', "fatal", "Model nope not found"),
        (400, '{"error": {"message": "No connected db.", "code": "400"}}', "fatal", "No connected"),
        (429, ('{"error": {"message": "You exceeded your current quota", "code": '
         '"insufficient_quota"}}'), "fatal", "quota"),
        (429, '{"error": {"message": "slow down"}}', "transient", "slow down"),
        (408, "{}", "transient", "HTTP 408"),
        (409, "{}", "transient", "HTTP 409"),
        (500, "Internal Server Error", "transient", "HTTP 500: Internal Server Error"),
        (503, "", "transient", "HTTP 503: (empty)"),
        (400, '{"error": {"message": "maximum context length is 8192", "code": "400"}}',
         "document", "maximum context length"),
        (422, LIST_422, "document", "should be a number"),
        (302, "", "fatal", "HTTP 302"),
    ],
)  # fmt: skip
def test_statuses(server: Canned, status: int, body: str, kind: str, said: str) -> None:
    """OpenAI's, FastAPI's and proxies' errors: retried or not, in words, without the key."""
    server.status, server.body = status, body.encode()
    if status == 302:
        server.headers["Location"] = server.url.replace("/v1", "/elsewhere")
    failed = failure(server.url)
    assert (failed.kind.value, failed.type) == (kind, f"http-{status}")
    assert said in failed.message
    assert KEY not in failed.message
    assert server.asked == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "9", "retry-after-ms": "1500"}, 1.5),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-4"}, None),
        ({}, None),
    ],
)
def test_waits(server: Canned, headers: dict[str, str], seconds: float | None) -> None:
    """Retry-After and retry-after-ms, the finer one first; nonsense is no wait."""
    server.status, server.headers = 429, headers
    assert failure(server.url).retry_after_s == seconds


def test_a_wait_until_a_date(server: Canned) -> None:
    """Retry-After as a date of HTTP."""
    when = datetime.now(UTC) + timedelta(seconds=60)
    server.status, server.headers = 503, {"Retry-After": format_datetime(when, usegmt=True)}
    waits = failure(server.url).retry_after_s
    assert waits is not None
    assert 50 < waits <= 60


@pytest.mark.parametrize(
    "body",
    ["<html>gateway</html>", "", "{", "[]", '{"choices": []}', '{"choices": [{"message": null}]}',
     '{"choices": [{"message": {"content": 7}}]}'],
)  # fmt: skip
def test_malformed_bodies_are_tried_again(server: Canned, body: str) -> None:
    """A 200 that holds no chat completion says so and is worth another attempt."""
    server.body = body.encode()
    failed = failure(server.url)
    assert (failed.kind, failed.type) == (FailureKind.TRANSIENT, "malformed")
    assert "no chat completion" in failed.message


def test_a_good_body_counts_whatever_its_type(server: Canned) -> None:
    """A completion as text/plain, and one with content in parts."""
    server.headers = {"Content-Type": "text/plain"}
    assert ask(server.url).text == "摘要。"
    parts = '[{"type": "text", "text": "摘"}, {"type": "text", "text": "要。"}]'
    server.body = GOOD.replace('"摘要。"', parts).encode()
    assert ask(server.url).text == "摘要。"


def test_a_body_that_ends_half_way(server: Canned) -> None:
    """The connection closed before the promised length: another attempt, and no timeout."""
    server.claimed_length = len(server.body) * 2
    failed = failure(server.url)
    assert failed.kind is FailureKind.TRANSIENT
    assert failed.type == "connection"


def test_a_body_that_drips_meets_the_timeout(server: Canned) -> None:
    """A byte every 50 ms keeps each read alive; the whole request still ends in its time."""
    server.drip_s = 0.05
    started = time.monotonic()
    failed = failure(server.url, timeout_s=0.5)
    assert time.monotonic() - started < len(server.body) * server.drip_s
    assert (failed.kind, failed.type) == (FailureKind.TRANSIENT, "timeout")
    assert "0.5 s" in failed.message


def test_nobody_listens() -> None:
    """A refused connection is named as such, not as a timeout."""
    failed = failure("http://127.0.0.1:9/v1")
    assert failed.type == "connection"
    assert "refused" in failed.message.lower()
