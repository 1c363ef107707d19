"""Serves the report's page on this machine, for runs too large for one file.

Only a browser that was given the address can read anything: the port is random, each request
carries a token that is made anew for every start, and the Host header must be our own address
(so that a web site that points its name at this machine, DNS rebinding, learns nothing).
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from summarizer_eval.report.page import render_shell
from summarizer_eval.report.store import Query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.jsonlines import Json
    from summarizer_eval.report.store import Store

__all__ = ["ReportServer"]

MOST_ROWS = 1000
_ASKED = tuple(field.name for field in fields(Query) if field.type == "str")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class ReportServer(ThreadingHTTPServer):
    """A server of one report on 127.0.0.1; `serve_forever` runs it, `shutdown` ends it."""

    daemon_threads = True

    def __init__(self, head: Json, store: Store, *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.head = head
        self.store = store
        self.token = secrets.token_urlsafe(24)
        self.page = render_shell(head["title"], served=True).encode()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """The address with its token: whoever has it can read the report."""
        return f"http://127.0.0.1:{self.server_port}/?token={self.token}"

    def answer(self, path: str, given: Mapping[str, str]) -> Json | None:
        """What one address of the interface gives; None where there is none.

        Raises:
            ValueError: a parameter that should be a number is none.
        """
        with self.lock:  # one connection to SQLite
            match path:
                case "/api/head":
                    return self.head
                case "/api/rows":
                    return self._rows(given)
                case "/api/row":
                    return {"row": self.store.row_by_id(given.get("id", ""))}
                case "/api/detail":
                    return {"detail": self.store.detail(int(given.get("i", "")))}
        return None

    def _rows(self, given: Mapping[str, str]) -> Json:
        query = Query(
            **{name: given.get(name, "") for name in _ASKED},
            descending=given.get("descending") == "true",
            deep=given.get("deep") == "true",
        )
        offset = max(0, int(given.get("offset", "0")))
        limit = max(0, min(MOST_ROWS, int(given.get("limit", "100"))))
        total, rows = self.store.find(query, offset=offset, limit=limit)
        return {"total": total, "rows": rows}


class _Handler(BaseHTTPRequestHandler):
    server: ReportServer
    server_version = "summarizer"
    sys_version = ""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        given = {name: values[-1] for name, values in parse_qs(address.query).items()}
        if not self._is_ours():
            return self._send(421, b"wrong host\n", "text/plain")
        token = self.headers.get("X-Report-Token") or given.get("token", "")
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.server.token.encode()):
            return self._send(403, b"the address lacks its token\n", "text/plain")
        if address.path == "/":
            return self._send(200, self.server.page, "text/html")
        try:
            answer = self.server.answer(address.path, given)
        except ValueError:
            return self._send(400, b"not a number\n", "text/plain")
        if answer is None:
            return self._send(404, b"no such address\n", "text/plain")
        body = json.dumps(answer, separators=(",", ":")).encode("ascii")
        return self._send(200, body, "application/json")

    def _is_ours(self) -> bool:
        host = self.headers.get("Host", "")
        port = self.server.server_port
        return host in (f"127.0.0.1:{port}", f"localhost:{port}")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- http.server's name
        """Nothing: the address in a log would hold the token."""
