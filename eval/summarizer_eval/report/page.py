"""Puts the page together: one HTML file that opens from disk and asks the network for nothing.

Nothing of a document is ever written as markup: all data are gzipped and in base64, and the
page's script puts them into the tree as text. The policy in the file (Content-Security-Policy)
allows exactly the one script and the one style sheet by their hashes, and no connection at all.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import os
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from summarizer_eval.report.inert import CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from summarizer.jsonlines import Json
    from summarizer_eval.report.store import Store

__all__ = ["CHUNK", "render_shell", "write_page"]

CHUNK = 40
"""Documents whose details are unpacked together when one of them is opened."""

# In this order they make one script; each is a file that can be read by itself.
SCRIPTS = (
    "words.js",
    "dom.js",
    "store.js",
    "diff.js",
    "charts.js",
    "measures.js",
    "brief.js",
    "overview.js",
    "filters.js",
    "table.js",
    "claims.js",
    "document.js",
    "blind.js",
    "keys.js",
    "main.js",
)


def write_page(head: Json, store: Store, out: Path) -> int:
    """Write the self-contained page; returns its size in bytes. The old file stays until then."""
    before, after = render_shell(head["title"], served=False).split("<!--DATA-->")
    temporary = out.with_name(f".{out.name[:40]}.{os.getpid()}.tmp")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("wb") as stream:
            stream.write(before.encode())
            stream.write(_block("head", {**head, "rows": list(store.rows()), "chunk": CHUNK}))
            script, closing = after.split("<!--CHUNKS-->")
            stream.write(script.encode())
            for number, details in enumerate(_chunks(store.details(), CHUNK)):
                stream.write(_block(f"chunk-{number}", details))
            stream.write(closing.encode())
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return out.stat().st_size


def render_shell(title: str, *, served: bool) -> str:
    """The page without data: `served` pages may ask their own server, files nobody."""
    css, script = _asset("page.css"), _script()
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(css)}",
            "img-src data:",
            "connect-src 'self'" if served else "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    page = _asset("page.html")
    # The title comes last: a title that looks like one of our marks stays a title.
    for mark, text in (("POLICY", policy), ("CSS", css), ("SCRIPT", script)):
        page = page.replace(f"@@{mark}@@", text)
    return page.replace("@@TITLE@@", html.escape(CONTROL.sub("\ufffd", title)))


def _script() -> str:
    parts = "\n".join(f"// {name}\n{_asset(name)}" for name in SCRIPTS)
    return f'\n"use strict";\n(() => {{\n{parts}\n}})();\n'


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _asset(name: str) -> str:
    return (files("summarizer_eval.report") / "assets" / name).read_text("utf-8")


def _block(name: str, value: Any) -> bytes:
    """Data as an inert element: ASCII JSON, gzip, base64; nothing in it can be markup."""
    text = json.dumps(value, separators=(",", ":")).encode("ascii")
    packed = base64.b64encode(gzip.compress(text, compresslevel=6, mtime=0)).decode()
    opening = f'<script type="application/gzip" id="{name}">'
    return f"{opening}{packed}</script>\n".encode()


def _chunks(items: Iterable[Json], size: int) -> Iterator[list[Json]]:
    chunk: list[Json] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
