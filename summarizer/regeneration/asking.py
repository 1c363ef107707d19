"""One request to its end: limits, retries, and when to give up on the whole endpoint."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from summarizer.errors import EndpointUnusable
from summarizer.models.failures import FailureKind, RequestFailed
from summarizer.regeneration.limits import EndpointLimits, backoff_s

if TYPE_CHECKING:
    from summarizer.models.base import Model, Reply, Request

__all__ = ["MAX_ATTEMPTS", "Asker", "Halted"]

MAX_ATTEMPTS = 8
# Nothing ever came from this endpoint: so many attempts, then it is not there.
_ATTEMPTS_AT_START = 3
# So many documents in a row failed for good: the endpoint is down, not the documents.
_BREAKER = 20
# So many were refused in the same words and none ever succeeded: a parameter, not the documents.
_ALIKE = 10


class Halted(Exception):
    """The batch is ending: this request was not sent (again)."""


@dataclass(slots=True)
class Asker:
    """Asks one endpoint; keeps count of how it goes."""

    model: Model
    limits: EndpointLimits
    max_attempts: int = MAX_ATTEMPTS
    successes: int = 0
    sent: int = 0
    retries: Counter[str] = field(default_factory=Counter)
    """Failed attempts by type."""
    halted: bool = False
    """Nothing further is to be sent; what is in flight may end."""
    _failed_in_a_row: int = 0
    _refusals: Counter[str] = field(default_factory=Counter)

    async def ask(self, request: Request, tokens: int) -> tuple[Reply, int]:
        """The reply and how many attempts it took.

        Raises:
            RequestFailed: this document has failed for good.
            EndpointUnusable: no document can succeed.
            Halted: the batch is ending.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self.limits.slot(tokens):
                    if self.halted:
                        raise Halted
                    self.sent += 1
                    reply = await self.model.complete(request)
            except RequestFailed as failure:
                self.retries[failure.type] += 1
                self._check_fatal(failure)
                if failure.kind is not FailureKind.TRANSIENT or attempt >= self._limit(failure):
                    self._give_up(failure)
                    raise
                pushed = failure.status in (429, 503) or failure.retry_after_s is not None
                if pushed:
                    self.limits.pushed_back(failure.retry_after_s)
                if not failure.retry_after_s:
                    await asyncio.sleep(backoff_s(attempt))
                continue
            self.successes += 1
            self._failed_in_a_row = 0
            self.limits.succeeded()
            usage = reply.usage
            if usage.prompt_tokens is not None:
                self.limits.settle(tokens, usage.prompt_tokens + (usage.completion_tokens or 0))
            return reply, attempt

    def _limit(self, failure: RequestFailed) -> int:
        never = self.successes == 0 and failure.type == "connection"
        return _ATTEMPTS_AT_START if never else self.max_attempts

    def _check_fatal(self, failure: RequestFailed) -> None:
        """A wrong key stops at once; an unknown model or path only where nothing ever succeeded."""
        if failure.kind is FailureKind.FATAL and (
            self.successes == 0 or failure.status not in (403, 404)
        ):
            raise EndpointUnusable(failure.message, where=self.where, hint=_hint(failure))

    def _give_up(self, failure: RequestFailed) -> None:
        if self.successes == 0 and failure.type == "connection":
            raise EndpointUnusable(
                failure.message, where=self.where, hint="is the server running? check --base-url"
            )
        if failure.kind is FailureKind.DOCUMENT and self.successes == 0:
            self._refusals[failure.message] += 1
            if self._refusals[failure.message] >= _ALIKE:
                raise EndpointUnusable(
                    f"{_ALIKE} documents were refused alike: {failure.message}",
                    where=self.where,
                    hint="check the prompt's parameters and --param, the model and the key",
                )
        if failure.kind is FailureKind.TRANSIENT:
            self._failed_in_a_row += 1
        if self._failed_in_a_row >= _BREAKER:
            raise EndpointUnusable(
                f"{_BREAKER} documents in a row failed, the last with: {failure.message}",
                where=self.where,
                hint="run the same command with --retry-failed when it is back",
            )

    @property
    def where(self) -> str:
        """Model and endpoint, for errors."""
        return f"{self.model.spec} at {self.model.endpoint}"


def _hint(failure: RequestFailed) -> str:
    if failure.status in (401, 403):
        return "check OPENAI_API_KEY or --api-key-file"
    if failure.status == 404:
        return "check the model's name and that --base-url ends in the API's path, e.g. /v1"
    if failure.status is not None and 300 <= failure.status < 400:
        return "the address redirects; give the final one as --base-url"
    return "check the model's name, the key and the quota"
