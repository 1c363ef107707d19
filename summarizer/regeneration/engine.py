"""The batch: a bounded pipeline on one event loop, from planned documents to appended lines.

Memory does not grow with the archive: documents are read from the run's own ``documents.jsonl``
as places become free. Equal requests are asked once. Ctrl-C once lets the requests in flight end
and saves them; twice stops at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from summarizer.errors import BudgetReached, InputError, ReplayMiss, SummarizerError
from summarizer.generation import Failure, Generation, messages_sha256
from summarizer.models.failures import RequestFailed
from summarizer.models.replay import reply_from_raw
from summarizer.prices import cost_usd, price_of
from summarizer.regeneration.asking import Halted
from summarizer.regeneration.plan import Asked, read_outcomes, requests_of
from summarizer.regeneration.totals import Totals
from summarizer.replies import understand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from summarizer.budget import Budget
    from summarizer.cache import Cache
    from summarizer.models.base import Reply, Usage
    from summarizer.regeneration.asking import Asker
    from summarizer.regeneration.journal import Journal
    from summarizer.regeneration.plan import Plan
    from summarizer.run import Run

__all__ = ["Batch"]

# Embedded models never wait for anything; the loop gets a turn after so many of them.
_YIELD_EVERY = 16


@dataclass(slots=True)
class Batch:
    """One run being filled."""

    plan: Plan
    run: Run
    journal: Journal
    asker: Asker
    budget: Budget
    cache: Cache | None = None
    refresh: bool = False
    retry_failed: bool = False
    deadline: float | None = None
    """On time.monotonic()."""
    on_progress: Callable[[Totals], None] | None = None
    stopping: bool = False
    totals: Totals = field(default_factory=Totals)
    _stop_reason: SummarizerError | None = None
    _first_miss: ReplayMiss | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _in_cache_buffer: int = 0
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    async def fill(self) -> Totals:
        """Ask for everything that is wanted and not there.

        Raises:
            EndpointUnusable, BudgetReached, InputError: why the batch ended early; what came is
                saved.
        """
        started = time.monotonic()
        durable = asyncio.create_task(self.journal.keep_durable())
        try:
            await self._feed()
            await self._drain()
        finally:
            durable.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await durable
            self._flush_cache()
            self.totals.retries.update(self.asker.retries)
            self.totals.sent = self.asker.sent
            self.totals.seconds = time.monotonic() - started
        if self._stop_reason is not None:
            raise self._stop_reason
        if self._first_miss is not None:
            raise self._first_miss
        return self.totals

    async def _feed(self) -> None:
        concurrency = self.asker.limits.concurrency
        for count, asked in enumerate(self._wanted()):
            if self.stopping or self._past_deadline():
                break
            if self._from_cache(asked):
                if count % _YIELD_EVERY == 0:
                    await asyncio.sleep(0)
                continue
            if self.plan.model.endpoint == "embedded":
                await self._answer(asked)
                if count % _YIELD_EVERY == 0:
                    await asyncio.sleep(0)
                continue
            # Twice as many as may be in flight: rendered and waiting, so no slot is ever idle.
            while len(self._tasks) >= 2 * concurrency and not self.stopping:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            task = asyncio.create_task(self._answer(asked))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _drain(self) -> None:
        while self._tasks:
            self._past_deadline()
            await asyncio.wait(self._tasks, timeout=1.0)

    def _past_deadline(self) -> bool:
        if self.deadline is None or time.monotonic() < self.deadline:
            return False
        self._stop(BudgetReached("--deadline reached", hint="run the same command to go on"))
        return True

    def _wanted(self) -> Iterator[Asked]:
        """The requests that have no reply yet, each key once."""
        outcomes = {} if self.refresh else read_outcomes(self.run.generations_path)
        seen: set[str] = set()
        for planned in self.run.planned():
            if not planned.keys:
                continue
            self.totals.planned += len(planned.keys)
            missing = []
            for key in planned.keys:
                if key in seen:
                    self.totals.shared += 1
                    continue
                seen.add(key)
                good = outcomes.get(key)
                if good or (good is False and not self.retry_failed):
                    self.totals.kept += 1
                    if not good:
                        self.totals.failed += 1
                        self.totals.errors["failed before"] += 1
                else:
                    missing.append(key)
            if missing:
                for asked in requests_of(self.plan, planned.document):
                    if asked.request.key in missing:
                        yield asked

    def _from_cache(self, asked: Asked) -> bool:
        if self.cache is None or self.refresh:
            return False
        found = self.cache.get(asked.request.key)
        if found is None:
            return False
        raw, latency = found
        self._append(self._generation(asked, reply_from_raw(raw, latency_s=latency), cached=True))
        return True

    async def _answer(self, asked: Asked) -> None:
        if self.stopping:
            return
        try:
            tokens, estimate = self._estimate(asked)
            reservation = await self._reserve(estimate)
        except (BudgetReached, InputError) as error:
            self._stop(error)
            return
        spent: float | None = 0.0
        try:
            reply, attempts = await self.asker.ask(asked.request, tokens)
            spent = cost_usd(reply.usage, price_of(self.plan.model.name))
            generation = self._generation(asked, reply, attempts=attempts)
            self._append(generation)
            self._remember(asked, reply)
        except Halted:
            pass
        except RequestFailed as failure:
            self._append(self._failure(asked, failure.type, failure.message))
        except ReplayMiss as miss:
            # Nothing came, so nothing is written: once it is recorded, the same command goes on.
            self.totals.failed += 1
            self.totals.errors["no recorded reply"] += 1
            if self._first_miss is None:
                self._first_miss = miss
        except SummarizerError as error:
            self._stop(error)
        finally:
            self.budget.settle(reservation, spent)
            self._settled.set()

    async def _reserve(self, estimate: float | None) -> int:
        """Money for a call; waits for calls in flight, which mostly cost less than their most.

        Raises:
            BudgetReached: there is no room, and nothing in flight that could make some.
        """
        while True:
            try:
                return self.budget.reserve(estimate)
            except BudgetReached:
                if self.stopping or not self.budget.in_flight_usd:
                    raise
            self._settled.clear()
            await self._settled.wait()

    def _estimate(self, asked: Asked) -> tuple[int, float | None]:
        """Tokens and the most that a request is expected to cost; counted only where it matters."""
        if not self.asker.limits.counts_tokens and self.budget.limit_usd is None:
            return 0, None
        from summarizer.estimate import estimate_request
        from summarizer.tokens import count_messages

        model = self.plan.model
        prompt_tokens = count_messages(asked.request.messages, model.name).tokens
        cost = estimate_request(
            prompt_tokens,
            model.spec if model.endpoint in ("embedded", "replay") else model.name,
            params=asked.request.params,
            length=asked.request.length,
        )
        return prompt_tokens + cost.answer_low, cost.high_usd

    def _append(self, generation: Generation) -> None:
        self.journal.append(generation)
        self.totals.add(generation)
        if self.on_progress:
            self.on_progress(self.totals)

    def _remember(self, asked: Asked, reply: Reply) -> None:
        """Fill the cache, after the line is written; never the other way round."""
        if self.cache is None or self.plan.model.endpoint in ("embedded", "replay"):
            return
        self.cache.put(
            {
                "key": asked.request.key,
                "messages_sha256": messages_sha256(asked.request.messages),
                "model": self.plan.model.name,
                "endpoint": self.plan.model.endpoint,
                "params": dict(asked.request.params),
                "sample": asked.request.sample,
                "reply": reply.raw,
                "latency_s": reply.latency_s,
            }
        )
        self._in_cache_buffer += 1
        if self._in_cache_buffer >= 64:
            self._flush_cache()

    def _flush_cache(self) -> None:
        self._in_cache_buffer = 0
        if self.cache is not None:
            try:
                self.cache.flush()
            except Exception:  # a broken cache costs time, never a run
                self.cache = None

    def halt(self) -> None:
        """Send nothing further; what is in flight may end."""
        self.stopping = True
        self.asker.halted = True

    def _stop(self, reason: SummarizerError) -> None:
        """Send nothing further; the first reason is the one that the command gives."""
        self.halt()
        if self._stop_reason is None:
            self._stop_reason = reason

    def _generation(
        self, asked: Asked, reply: Reply, *, attempts: int = 1, cached: bool = False
    ) -> Generation:
        understood = understand(reply, self.plan.prompt)
        return Generation(
            **self._identity(asked),
            reply=dict(reply.raw),
            summary=understood.summary,
            status=understood.status,
            cleanup=understood.cleanup,
            cut=asked.cut,
            finish_reason=reply.finish_reason,
            usage=reply.usage,
            cost_usd=self._cost(reply.usage),
            latency_s=None if self.plan.model.endpoint == "embedded" else reply.latency_s,
            attempts=attempts,
            cached=cached,
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )

    def _cost(self, usage: Usage) -> float | None:
        return cost_usd(usage, price_of(self.plan.model.name))

    def _failure(self, asked: Asked, type_: str, message: str) -> Generation:
        return Generation(
            **self._identity(asked),
            reply=None,
            summary=None,
            status="error",
            cut=asked.cut,
            error=Failure(type_, message),
            attempts=self.asker.max_attempts,
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )

    def _identity(self, asked: Asked) -> dict[str, Any]:
        request = asked.request
        return {
            "key": request.key,
            "document": asked.document.id,
            "text_sha256": asked.document.text_sha256,
            "prompt": self.plan.prompt.name,
            "prompt_sha256": self.plan.prompt.fingerprint,
            "model": self.plan.model.name,
            "endpoint": self.plan.model.endpoint,
            "params": dict(request.params),
            "sample": request.sample,
        }
