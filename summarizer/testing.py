"""Fakes for users' tests: a model that says what it is told, no network, no patching.

>>> import asyncio
>>> from summarizer.testing import ScriptedModel, request
>>> model = ScriptedModel(["first", ScriptedModel.failure("rate limited", status=429), "second"])
>>> asyncio.run(model.complete(request("text"))).text
'first'
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from summarizer.models.base import ChatMessage, Reply, Request, Usage
from summarizer.models.failures import FailureKind, RequestFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ScriptedModel", "request"]


class ScriptedModel:
    """A `Model` that answers from a script, in order, or by a function of the request.

    Args:
        script: replies (texts or `Reply`) and failures, one a request; or a function.
        name: what goes into keys and figures.
        delay_s: seconds that each answer takes.

    Attributes:
        requests: everything that was asked, in order.

    A script that has run out is an `AssertionError`: the test asked for more than it said.
    """

    accepted: frozenset[str] | None = None

    def __init__(
        self,
        script: Iterable[str | Reply | RequestFailed]
        | Callable[[Request], str | Reply | RequestFailed],
        *,
        name: str = "scripted",
        delay_s: float = 0.0,
    ) -> None:
        self.spec = f"scripted:{name}"
        self.name = name
        self.endpoint = "scripted"
        self.requests: list[Request] = []
        self._delay_s = delay_s
        self._answer = script if callable(script) else None
        self._script = iter(()) if callable(script) else iter(script)

    @staticmethod
    def failure(
        message: str, *, status: int | None = None, kind: FailureKind = FailureKind.TRANSIENT
    ) -> RequestFailed:
        """A failed request for the script."""
        type_ = "scripted" if status is None else f"http-{status}"
        return RequestFailed(message, kind=kind, type_=type_, status=status)

    async def complete(self, request: Request) -> Reply:
        """The next step of the script.

        Raises:
            RequestFailed: the step is a failure.
        """
        self.requests.append(request)
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        if self._answer is not None:
            step = self._answer(request)
        else:
            try:
                step = next(self._script)
            except StopIteration:
                raise AssertionError("the script has run out") from None
        if isinstance(step, RequestFailed):
            raise step
        if isinstance(step, Reply):
            return step
        raw = {"text": step, "model": self.name}
        return Reply(step, raw, "stop", usage=Usage(), model=self.name)

    async def aclose(self) -> None:
        """Nothing to release."""


def request(text: str, *, key: str = "test") -> Request:
    """A request for tests of a `Model`: one user message that is also the source."""
    return Request(key, "test", "test", (ChatMessage(role="user", content=text),), source_text=text)
