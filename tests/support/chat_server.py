"""A real HTTP server on loopback that speaks chat completions, with the faults of real ones.

    python -m tests.support.chat_server --latency 0.2 --faults

prints its port; also used by `benchmarks/regenerate.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["ChatServer", "completion", "serve"]


def completion(
    text: str | None, *, model: str = "test", finish: str = "stop", **message: Any
) -> dict[str, Any]:
    """A chat completion as OpenAI documents it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, **message},
                "finish_reason": finish,
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


@dataclass
class ChatServer:
    """What the server does and what it saw; change it while it runs."""

    latency_s: float = 0.0
    key: str | None = None
    """Only this key is let in."""
    model: str | None = None
    """Only this model is known."""
    rates: dict[str, float] = field(default_factory=dict)
    """Share of requests that meet a fault: a status, ``reset``, ``half``, ``html`` or ``slow``."""
    retry_after_s: float | None = None
    answer: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    seed: int = 0
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: Counter[str] = field(default_factory=Counter)
    connections: set[tuple[str, int]] = field(default_factory=set)
    most_at_once: int = 0
    times: list[float] = field(default_factory=list)
    _at_once: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._handle(request)
        finally:
            self._at_once -= 1

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        peer = request.transport.get_extra_info("peername") if request.transport else None
        if peer:
            self.connections.add(peer)
        self.requests.append(body)
        self.times.append(asyncio.get_running_loop().time())
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.keys[given] += 1
        if self.key is not None and given != self.key:
            return _error(401, f"Incorrect API key provided: {given}.", "invalid_api_key")
        if self.model is not None and body["model"] != self.model:
            return _error(404, f"The model `{body['model']}` does not exist", "model_not_found")
        fault = self._fault()
        if fault is not None:
            return await self._faulty(request, fault)
        made = self.answer(body) if self.answer else completion(self._summary(body))
        return web.json_response(made)

    def _fault(self) -> str | None:
        draw = self._random.random()
        for name, rate in self.rates.items():
            if draw < rate:
                return name
            draw -= rate
        return None

    async def _faulty(self, request: web.Request, fault: str) -> web.StreamResponse:
        if fault == "reset":
            assert request.transport is not None
            request.transport.abort()
            raise ConnectionResetError
        if fault == "html":
            return web.Response(
                text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html"
            )
        if fault in ("half", "slow"):
            whole = json.dumps(completion("x" * 50)).encode()
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            response.content_length = len(whole)
            await response.prepare(request)
            await response.write(whole[: len(whole) // 2])
            if fault == "slow":
                await asyncio.sleep(30)
            assert request.transport is not None
            request.transport.abort()
            return response
        headers = {}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        return _error(int(fault), "try again", "fault", headers)

    @staticmethod
    def _summary(body: dict[str, Any]) -> str:
        text = body["messages"][-1]["content"]
        return f"摘要 {sum(map(ord, text)) % 100000}：" + text[-60:-30].replace("\n", " ")


def _error(
    status: int, message: str, code: str, headers: dict[str, str] | None = None
) -> web.Response:
    body = {"error": {"message": message, "type": code, "param": None, "code": code}}
    return web.json_response(body, status=status, headers=headers)


@contextlib.contextmanager
def serve(server: ChatServer | None = None) -> Iterator[ChatServer]:
    """Run a server on a free loopback port, on a thread of its own."""
    server = server or ChatServer()
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", server.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        port = runner.addresses[0][1]
        server.url = f"http://127.0.0.1:{port}/v1"
        return runner

    def work() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def main() -> None:
    """Serve until the input ends."""
    import argparse
    import sys

    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--faults", action="store_true", help="5%% 429, 2%% 500, 1%% resets")
    options = parser.parse_args()
    rates = {"429": 0.05, "500": 0.02, "reset": 0.01} if options.faults else {}
    with serve(ChatServer(latency_s=options.latency, rates=rates)) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        seen = Counter(json.dumps(body["messages"]) for body in server.requests)
        sys.stdout.write(
            json.dumps(
                {
                    "requests": len(server.requests),
                    "distinct": len(seen),
                    "connections": len(server.connections),
                    "most_at_once": server.most_at_once,
                }
            )
            + "\n"
        )


if __name__ == "__main__":
    main()
