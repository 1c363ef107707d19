"""How fast an endpoint may be asked: concurrency that adapts, requests and tokens a minute, waits.

Everything here is shared by all requests to one endpoint, on one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["BACKOFF_BASE_S", "BACKOFF_CAP_S", "EndpointLimits", "backoff_s"]

BACKOFF_BASE_S = 0.25
BACKOFF_CAP_S = 30.0
_START = 32
_SHRINK = 0.7
_SHRINK_INTERVAL_S = 1.0


def backoff_s(attempt: int) -> float:
    """Seconds to wait before another attempt: exponential with full jitter (Brooker 2015)."""
    ceiling = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**attempt)
    return random.uniform(0, ceiling)  # noqa: S311 - spreads load, no secret


class _Bucket:
    """So much a minute, handed out evenly; a debt makes the next ones wait."""

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60
        # A minute's share may not go out at once: servers count shorter windows too.
        self._capacity = max(1.0, per_minute / 60)
        self._level = self._capacity
        self._at = time.monotonic()

    def take(self, amount: float) -> float:
        """Take an amount; returns the seconds until it is really there."""
        now = time.monotonic()
        self._level = min(self._capacity, self._level + (now - self._at) * self._rate)
        self._at = now
        self._level -= amount
        return max(0.0, -self._level / self._rate)

    def give_back(self, amount: float) -> None:
        """Settle: less was used than was taken (or more, where negative)."""
        self._level = min(self._capacity, self._level + amount)


class EndpointLimits:
    """The limits of one endpoint.

    Args:
        concurrency: requests in flight at most. The number that is allowed starts at 32 and grows
            as TCP's window does: by one a success until the server first pushes back (429, 503),
            which shrinks it by three tenths, and from then on by one for as many successes as it
            allows.
        rpm: requests a minute, None for no limit.
        tpm: tokens a minute; reserved before a request, settled after it.
    """

    def __init__(
        self, *, concurrency: int, rpm: float | None = None, tpm: float | None = None
    ) -> None:
        self.concurrency = concurrency
        self.allowed = float(min(concurrency, _START))
        self.in_flight = 0
        self._requests = _Bucket(rpm) if rpm else None
        self._tokens = _Bucket(tpm) if tpm else None
        self._wait_until = 0.0
        self._shrunk_at: float | None = None
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def counts_tokens(self) -> bool:
        """Whether there is a limit of tokens, so that requests must be counted."""
        return self._tokens is not None

    @contextlib.asynccontextmanager
    async def slot(self, tokens: int) -> AsyncIterator[None]:
        """A place for one request, when all limits allow it."""
        while self.in_flight >= max(1, int(self.allowed)):
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        self.in_flight += 1
        try:
            await self._pace(tokens)
            yield
        finally:
            self.in_flight -= 1
            self._wake()

    async def _pace(self, tokens: int) -> None:
        waits = []
        if self._requests:
            waits.append(self._requests.take(1))
        if self._tokens:
            waits.append(self._tokens.take(tokens))
        if waits and max(waits) > 0:
            await asyncio.sleep(max(waits))
        while (pause := self._wait_until - time.monotonic()) > 0:
            await asyncio.sleep(pause)

    def settle(self, reserved: int, used: int | None) -> None:
        """Count what a request really used."""
        if self._tokens and used is not None:
            self._tokens.give_back(reserved - used)

    def succeeded(self) -> None:
        """A reply came: allow more, slowly where the server has pushed back before."""
        if self.allowed < self.concurrency:
            growth = 1.0 if self._shrunk_at is None else 1.0 / self.allowed
            self.allowed = min(self.concurrency, self.allowed + growth)
            self._wake()

    def pushed_back(self, retry_after_s: float | None) -> None:
        """The server asked for less: allow fewer, and wait where it said so."""
        now = time.monotonic()
        if self._shrunk_at is None or now - self._shrunk_at > _SHRINK_INTERVAL_S:
            self._shrunk_at = now
            self.allowed = max(1.0, self.allowed * _SHRINK)
        if retry_after_s:
            self._wait_until = max(self._wait_until, now + retry_after_s)

    def _wake(self) -> None:
        free = max(1, int(self.allowed)) - self.in_flight
        while free > 0 and self._waiters:
            waiter = self._waiters.pop(0)
            if not waiter.done():
                waiter.set_result(None)
                free -= 1
