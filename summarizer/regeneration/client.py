"""One request at a time from any thread: response cache, budget, limits, retries, one endpoint.

The batch (`engine`) fills a run; this answers callers that need a reply now, such as a judge of
claims. Guarantee: equal requests in flight are sent once; money is reserved before a request and
settled after it; after an error that no request can survive nothing further is sent, and every
later caller gets that error.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.budget import Budget
from summarizer.errors import (
    BudgetReached,
    EndpointUnusable,
    InputError,
    ReplayMiss,
    SummarizerError,
)
from summarizer.generation import messages_sha256
from summarizer.models.replay import reply_from_raw
from summarizer.prices import cost_usd, price_of
from summarizer.regeneration.asking import MAX_ATTEMPTS, Asker, Halted
from summarizer.regeneration.limits import EndpointLimits

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from summarizer.cache import Cache
    from summarizer.models.base import Model, Reply, Request

__all__ = ["Client", "ClientTotals"]


@dataclass(slots=True)
class ClientTotals:
    """What was asked, and what it took."""

    asked: int = 0
    """Requests that the endpoint (or a recording) answered."""
    cached: int = 0
    """Requests that the response cache answered."""
    failed: int = 0
    """Requests that failed for good."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    """US dollars of what was asked; None where the price or the usage of one is unknown."""


class Client:
    """Answers requests through one model; safe for threads, with an event loop of its own.

    Args:
        model: who is asked.
        concurrency: requests in flight at most.
        rpm: requests a minute; None: no limit.
        tpm: tokens a minute; None: no limit.
        budget: None: everything is counted and nothing is limited.
        open_cache: gives the response cache, or None where there is none; called once, on the
            thread that uses it. Embedded models and recordings are never cached.
        refresh: ask again what the cache holds.
        max_attempts: at one request, the first included.
    """

    def __init__(
        self,
        model: Model,
        *,
        concurrency: int = 16,
        rpm: float | None = None,
        tpm: float | None = None,
        budget: Budget | None = None,
        open_cache: Callable[[], Cache | None] | None = None,
        refresh: bool = False,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self.model = model
        self.concurrency = concurrency
        self.totals = ClientTotals()
        self.budget = budget or Budget()
        self._limits = (concurrency, rpm, tpm)
        self._max_attempts = max_attempts
        self._open_cache = None if model.endpoint in ("embedded", "replay") else open_cache
        self._refresh = refresh
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        # What follows is touched on the loop's thread only.
        self._asker: Asker | None = None
        self._cache: Cache | None = None
        self._in_flight: dict[str, asyncio.Task[Reply]] = {}
        self._settled = asyncio.Event()
        self._stopped: SummarizerError | None = None

    def ask(self, request: Request) -> Reply:
        """The reply to a request; blocks the calling thread until it is there.

        Raises:
            RequestFailed: this request has failed for good; others may succeed.
            ReplayMiss: under ``--offline``, no reply was recorded for it.
            EndpointUnusable, BudgetReached, InputError: nothing further is sent.
        """
        future = asyncio.run_coroutine_threadsafe(self._ask(request), self._started())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Give up what is in flight and release connections and cache; closing twice is fine."""
        with self._lock:
            thread, loop, self._thread, self._loop = self._thread, self._loop, None, None
        if thread is not None and loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        """The loop, on a thread of its own that begins with the first request."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._work, args=(self._loop,), daemon=True, name="client"
                )
                self._thread.start()
            return self._loop

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """The thread: everything of one loop, the cache too (SQLite is for one thread)."""
        asyncio.set_event_loop(loop)
        concurrency, rpm, tpm = self._limits
        limits = EndpointLimits(concurrency=concurrency, rpm=rpm, tpm=tpm)
        self._asker = Asker(self.model, limits, self._max_attempts)
        self._settled = asyncio.Event()
        try:
            self._cache = self._open_cache() if self._open_cache is not None else None
        except SummarizerError as error:
            self._stopped = error
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(self.model.aclose())
        if self._cache is not None:
            self._cache.close()
        loop.close()

    async def _ask(self, request: Request) -> Reply:
        task = self._in_flight.get(request.key)
        if task is None:
            reply = self._from_cache(request)
            if reply is not None:
                self.totals.cached += 1
                return reply
            task = asyncio.ensure_future(self._send(request))
            self._in_flight[request.key] = task
            task.add_done_callback(lambda done: self._landed(request.key, done))
        return await asyncio.shield(task)

    def _landed(self, key: str, task: asyncio.Task[Reply]) -> None:
        self._in_flight.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen, also where nobody waits for it any more

    def _from_cache(self, request: Request) -> Reply | None:
        if self._cache is None or self._refresh:
            return None
        found = self._cache.get(request.key)
        return None if found is None else reply_from_raw(found[0], latency_s=found[1])

    async def _send(self, request: Request) -> Reply:
        if self._stopped is not None:
            raise self._stopped
        assert self._asker is not None
        spent: float | None = 0.0
        token: int | None = None
        try:
            tokens, estimate = self._estimate(request)
            token = await self._reserve(estimate)
            reply, _ = await self._asker.ask(request, tokens)
            spent = cost_usd(reply.usage, price_of(self.model.name))
        except Halted:
            raise self._stopped or BudgetReached("stopped") from None
        except ReplayMiss:
            self.totals.failed += 1
            raise
        except (EndpointUnusable, BudgetReached, InputError) as error:
            if error.hint and "--retry-failed" in error.hint:  # an option of the batch alone
                error.hint = "run the same command when it is back"
            self._stopped = self._stopped or error
            self._asker.halted = True
            raise
        except Exception:
            self.totals.failed += 1
            raise
        finally:
            if token is not None:
                self.budget.settle(token, spent)
            self._settled.set()
        self._count(reply, spent)
        self._remember(request, reply)
        return reply

    async def _reserve(self, estimate: float | None) -> int:
        """Money for a request; waits for those in flight, which mostly cost less than their most.

        Raises:
            BudgetReached: there is no room, and nothing in flight that could make some.
        """
        while True:
            try:
                return self.budget.reserve(estimate)
            except BudgetReached:
                if self._stopped is not None or not self.budget.in_flight_usd:
                    raise
            self._settled.clear()
            await self._settled.wait()

    def _estimate(self, request: Request) -> tuple[int, float | None]:
        """Tokens and the most that it is expected to cost; counted only where it matters."""
        assert self._asker is not None
        if not self._asker.limits.counts_tokens and self.budget.limit_usd is None:
            return 0, None
        from summarizer.estimate import estimate_request
        from summarizer.tokens import count_messages

        model = self.model
        counted = count_messages(request.messages, model.name).tokens
        priced = model.spec if model.endpoint in ("embedded", "replay") else model.name
        cost = estimate_request(counted, priced, params=request.params, length=request.length)
        return counted + cost.answer_low, cost.high_usd

    def _count(self, reply: Reply, spent: float | None) -> None:
        totals = self.totals
        totals.asked += 1
        totals.prompt_tokens += reply.usage.prompt_tokens or 0
        totals.completion_tokens += reply.usage.completion_tokens or 0
        known = totals.cost_usd is not None and spent is not None
        totals.cost_usd = (totals.cost_usd or 0.0) + (spent or 0.0) if known else None

    def _remember(self, request: Request, reply: Reply) -> None:
        if self._cache is None:
            return
        try:
            self._cache.put(
                {
                    "key": request.key,
                    "messages_sha256": messages_sha256(request.messages),
                    "model": self.model.name,
                    "endpoint": self.model.endpoint,
                    "params": dict(request.params),
                    "sample": request.sample,
                    "reply": reply.raw,
                    "latency_s": reply.latency_s,
                }
            )
            self._cache.flush()
        except Exception:  # a broken cache costs time, never an answer
            self._cache = None
