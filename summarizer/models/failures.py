"""How a request can fail, as the batch needs to know it: is a retry of use, is anyone's?"""

from __future__ import annotations

from enum import Enum

__all__ = ["FailureKind", "RequestFailed"]


class FailureKind(Enum):
    """What a failed request says about the next one."""

    TRANSIENT = "transient"
    """Try again, with backoff: 408, 409, 429, 5xx, resets, timeouts, malformed bodies."""
    DOCUMENT = "document"
    """This document fails for good; others may succeed: 400, 422, context overflow."""
    FATAL = "fatal"
    """No document can succeed: wrong key, unknown model, wrong address, exhausted quota."""


class RequestFailed(Exception):
    """A request failed.

    Args:
        message: one line, without secrets, for people.
        kind: what it says about the next request.
        type_: short stable name for counts, e.g. ``http-429``, ``timeout``, ``connection``.
        status: HTTP status, where there was one.
        retry_after_s: seconds the server asked us to wait, where it did.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: FailureKind,
        type_: str,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.type = type_
        self.status = status
        self.retry_after_s = retry_after_s
