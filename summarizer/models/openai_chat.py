"""Any server that speaks OpenAI's chat completions, through openai-python.

Retries, limits and waiting are the batch's business, so the SDK does none. The key goes to the
host that was named on the command line or in the environment and nowhere else: redirects are not
followed.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from summarizer.models.base import Reply, Usage
from summarizer.models.failures import FailureKind, RequestFailed

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from summarizer.models.base import Request

__all__ = ["DEFAULT_BASE_URL", "OpenAIChatModel", "endpoint_of"]

DEFAULT_BASE_URL = "https://api.openai.com/v1"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_QUOTA = re.compile(
    r"insufficient_quota|billing|exceeded your current quota|insufficient balance", re.I
)
_MODEL = re.compile(
    r"model.{0,80}(?:not (?:found|exist)|does not exist|unknown|invalid)|unknown model"
    r"|invalid model|no such model|model_not_found",
    re.I | re.S,
)
# "No connected db": what LiteLLM's proxy without a database says, with a 400, to a wrong key.
_KEY = re.compile(
    r"api[ _-]?key|authenticat|unauthori[sz]ed|invalid.{0,20}token|^no connected db", re.I
)
_TAG = re.compile(r"<[^>]{0,200}>")


def endpoint_of(base_url: str) -> str:
    """Host and path of an address: no scheme, user, query, fragment or loopback port."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    port = f":{parts.port}" if parts.port and host not in _LOOPBACK else ""
    return f"{host}{port}{parts.path.rstrip('/')}"


class OpenAIChatModel:
    """A model behind an OpenAI-compatible endpoint."""

    accepted: frozenset[str] | None = None

    def __init__(
        self, name: str, *, base_url: str, api_key: str, timeout_s: float, connections: int
    ) -> None:
        self.spec = f"openai:{name}"
        self.name = name
        self.endpoint = endpoint_of(base_url)
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._connections = connections
        self._client: AsyncOpenAI | None = None

    def _connect(self) -> AsyncOpenAI:
        if self._client is None:
            from openai import AsyncOpenAI, DefaultAioHttpClient

            self._client = AsyncOpenAI(
                api_key=self._api_key,
                base_url=self._base_url,
                max_retries=0,
                timeout=self._timeout_s,
                http_client=DefaultAioHttpClient(follow_redirects=False),
            )
        return self._client

    async def complete(self, request: Request) -> Reply:
        """Ask once.

        Raises:
            RequestFailed: no reply came; says whether a retry is of use.
        """
        import openai

        started = time.perf_counter()
        try:
            # The client's own timeout is for each read: a body that drips would never meet it.
            async with asyncio.timeout(self._timeout_s):
                response = await self._connect().chat.completions.with_raw_response.create(
                    model=self.name,
                    messages=list(request.messages),  # type: ignore[arg-type]
                    extra_body=dict(request.params),
                )
            text = response.text
            body = text() if callable(text) else text
        except openai.APIStatusError as error:
            raise self._status_failure(error) from None
        except openai.APIError as error:
            raise self._connection_failure(error) from None
        except TimeoutError:
            raise self._timed_out() from None
        except (OSError, EOFError, ValueError, RuntimeError) as error:
            raise RequestFailed(
                self._safe(f"connection failed ({type(error).__name__}: {error})"),
                kind=FailureKind.TRANSIENT,
                type_="connection",
            ) from None
        return self._reply(body, time.perf_counter() - started)

    def _reply(self, body: str, latency_s: float) -> Reply:
        try:
            raw = json.loads(body)
            choice = raw["choices"][0]
            message = choice["message"]
            text, refusal = message.get("content"), message.get("refusal")
            if isinstance(text, list):  # content parts
                text = "".join(part.get("text", "") for part in text if isinstance(part, dict))
            if not (text is None or isinstance(text, str)):
                raise TypeError("content is no text")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise RequestFailed(
                f"the answer is no chat completion ({type(error).__name__}): {_excerpt(body)}",
                kind=FailureKind.TRANSIENT,
                type_="malformed",
            ) from None
        return Reply(
            text,
            raw,
            choice.get("finish_reason"),
            refusal if isinstance(refusal, str) else None,
            _usage(raw.get("usage")),
            raw.get("model") if isinstance(raw.get("model"), str) else None,
            round(latency_s, 4),
        )

    def _status_failure(self, error: Any) -> RequestFailed:
        status = int(error.status_code)
        said = _said(error)
        message = self._safe(f"HTTP {status}: {said}")
        return RequestFailed(
            message,
            kind=_kind(status, said),
            type_=f"http-{status}",
            status=status,
            retry_after_s=_retry_after(error.response.headers),
        )

    def _connection_failure(self, error: Exception) -> RequestFailed:
        """No answer; the transport calls a dropped connection a timeout, so look at the causes."""
        chain: list[BaseException] = [error]
        while (deeper := chain[-1].__cause__ or chain[-1].__context__) is not None:
            chain.append(deeper)
        refused = [
            item
            for item in chain
            if isinstance(item, OSError) and not isinstance(item, TimeoutError)
        ]
        cause = refused[-1] if refused else chain[-1]
        if not refused and any(isinstance(item, TimeoutError) for item in chain):
            return self._timed_out()
        return RequestFailed(
            self._safe(f"cannot be reached ({type(cause).__name__}: {cause})"),
            kind=FailureKind.TRANSIENT,
            type_="connection",
        )

    def _timed_out(self) -> RequestFailed:
        return RequestFailed(
            f"no answer within {self._timeout_s:g} s", kind=FailureKind.TRANSIENT, type_="timeout"
        )

    def _safe(self, text: str) -> str:
        """A message without the key."""
        if len(self._api_key) >= 4:
            text = text.replace(self._api_key, "[key]")
        return " ".join(text.split())[:400]

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None


def _kind(status: int, said: str) -> FailureKind:
    """What a status says about the next request; some servers say 400 where others say 401."""
    if _QUOTA.search(said) and status in (400, 402, 403, 429):
        return FailureKind.FATAL
    if status in (401, 403, 404) or 300 <= status < 400:
        return FailureKind.FATAL
    if status in (408, 409, 425, 429) or (status >= 500 and status not in (501, 505)):
        return FailureKind.TRANSIENT
    if status in (400, 422) and (_MODEL.search(said) or _KEY.search(said)):
        return FailureKind.FATAL
    return FailureKind.DOCUMENT


def _said(error: Any) -> str:
    """What the server said, of any shape: OpenAI's error, FastAPI's detail, plain text, HTML."""
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        if isinstance(inner, dict):
            body = inner.get("message") or inner.get("detail") or inner
        else:
            body = inner
    if body is None or body == "":
        body = error.response.text
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return _excerpt(text)


def _excerpt(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).split())[:200] or "(empty)"


def _retry_after(headers: Any) -> float | None:
    """Seconds that the server asks to wait: ``retry-after-ms``, else ``Retry-After``."""
    try:
        if value := headers.get("retry-after-ms"):
            return max(0.0, float(value) / 1000)
        value = headers.get("retry-after")
        if not value:
            return None
        if re.fullmatch(r"\s*\d+(\.\d+)?\s*", value):
            return float(value)
        from datetime import UTC, datetime
        from email.utils import parsedate_to_datetime

        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _usage(given: Any) -> Usage:
    if not isinstance(given, dict):
        return Usage()

    def number(value: Any) -> int | None:
        return value if isinstance(value, int) and value >= 0 else None

    details = given.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    if cached is None:
        cached = given.get("prompt_cache_hit_tokens")
    return Usage(
        number(given.get("prompt_tokens")), number(given.get("completion_tokens")), number(cached)
    )
