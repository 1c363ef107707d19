"""One request at a time through cache, budget, limits and retries, against a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from summarizer.budget import Budget
from summarizer.cache import Cache
from summarizer.errors import BudgetReached, EndpointUnusable, InputError
from summarizer.generation import request_key
from summarizer.models.base import ChatMessage, Request
from summarizer.models.failures import FailureKind, RequestFailed
from summarizer.models.openai_chat import OpenAIChatModel
from summarizer.regeneration.client import Client
from summarizer.testing import ScriptedModel
from tests.support.chat_server import ChatServer, completion, serve

KEY = "sk-planted-0123456789"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serve(ChatServer(key=KEY)) as running:
        yield running


def model_at(server: ChatServer, name: str = "test", key: str = KEY) -> OpenAIChatModel:
    return OpenAIChatModel(name, base_url=server.url, api_key=key, timeout_s=10, connections=8)


def request(model: Any, text: str) -> Request:
    messages = (ChatMessage(role="user", content=text),)
    key = request_key(messages, model=model.name, endpoint=model.endpoint, params={}, sample=0)
    return Request(key, text, "p", messages)


def test_threads_share_one_endpoint(server: ChatServer) -> None:
    """Callers on many threads get their own answers; no more is in flight than was said."""
    server.latency_s = 0.02
    server.answer = lambda body: completion(body["messages"][0]["content"].upper())
    model = model_at(server)
    with Client(model, concurrency=4) as client, ThreadPoolExecutor(12) as pool:
        texts = [f"text {n}" for n in range(24)]
        replies = list(pool.map(lambda text: client.ask(request(model, text)).text, texts))
    assert replies == [text.upper() for text in texts]
    assert server.most_at_once <= 4
    assert client.totals.asked == 24


def test_equal_requests_in_flight_are_sent_once(server: ChatServer) -> None:
    """Eight threads that ask the same get one request's answer."""
    server.latency_s = 0.3
    model = model_at(server)
    barrier = threading.Barrier(8)

    def ask(_: int) -> str | None:
        barrier.wait()
        return client.ask(request(model, "same")).text

    with Client(model) as client, ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert len(server.requests) == 1


def test_a_second_client_asks_nothing(server: ChatServer, tmp_path: Path) -> None:
    """Replies are in the response cache as soon as they came; --refresh goes past it."""
    for refresh, sent, asked in ((False, 1, 1), (False, 1, 0), (True, 2, 1)):
        model = model_at(server)
        with Client(model, open_cache=lambda: Cache.open(tmp_path), refresh=refresh) as client:
            client.ask(request(model, "once"))
        assert len(server.requests) == sent
        assert client.totals.asked == asked


def test_transient_failures_are_tried_again(server: ChatServer) -> None:
    """A 500 in three is no failure of the request."""
    server.rates = {"500": 0.34}
    model = model_at(server)
    with Client(model) as client:
        for n in range(6):
            assert client.ask(request(model, str(n))).text
    assert client.totals.failed == 0
    assert len(server.requests) > 6


def test_a_wrong_key_stops_everything(server: ChatServer) -> None:
    """Nothing further is sent, later callers get the same error, and the key is in none."""
    model = model_at(server, key="sk-wrong-987654321")
    with Client(model) as client:
        for n in range(3):
            with pytest.raises(EndpointUnusable) as caught:
                client.ask(request(model, str(n)))
            assert "sk-wrong" not in str(caught.value)
    assert len(server.requests) == 1


def test_one_refused_document_stops_nothing(server: ChatServer) -> None:
    """A 400 fails its own request only."""
    refused = ScriptedModel.failure("too long", status=400, kind=FailureKind.DOCUMENT)
    model = ScriptedModel([refused, "second"])
    with Client(model) as client:
        with pytest.raises(RequestFailed, match="too long"):
            client.ask(request(model, "1"))
        assert client.ask(request(model, "2")).text == "second"
    assert (client.totals.failed, client.totals.asked) == (1, 1)


def test_the_budget_holds(server: ChatServer) -> None:
    """What does not fit is not sent; the price must be known."""
    model = model_at(server, "gpt-4.1-mini")
    with Client(model, budget=Budget(0.000001)) as client, pytest.raises(BudgetReached):
        client.ask(request(model, "x"))
    unknown = model_at(server, "nobody-knows-me")
    with Client(unknown, budget=Budget(1.0)) as client, pytest.raises(InputError, match="price"):
        client.ask(request(unknown, "x"))
    assert server.requests == []


def test_spending_is_counted(server: ChatServer) -> None:
    """Tokens and dollars as the server's usage and the table of prices say."""
    model = model_at(server, "gpt-4.1-mini")
    with Client(model, budget=Budget(1.0)) as client:
        client.ask(request(model, "x"))
    assert (client.totals.prompt_tokens, client.totals.completion_tokens) == (100, 20)
    assert client.totals.cost_usd is not None
    assert 0 < client.totals.cost_usd < 0.001
    assert client.budget.spent_usd == client.totals.cost_usd


def test_closing_frees_whoever_waits(server: ChatServer) -> None:
    """A caller on another thread does not hang when the client is closed under it."""
    server.latency_s = 3
    model = model_at(server)
    client = Client(model)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.ask, request(model, "x"))
        while not server.requests:
            pass
        client.close()
        client.close()
        assert waiting.exception(timeout=10) is not None


def test_a_cache_that_cannot_be_opened_is_said(server: ChatServer) -> None:
    """Not a hang, not a traceback of the thread: the caller gets the error."""

    def broken() -> Cache:
        raise InputError("the cache cannot be used")

    model = model_at(server)
    with Client(model, open_cache=broken) as client, pytest.raises(InputError, match="cache"):
        client.ask(request(model, "x"))
