"""A server of OpenAI's Files and Batches endpoints on loopback, answered from memory."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Server", "result"]


class Server:
    """Files and Batches, answered from memory; counts what would be paid."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.paid: list[str] = []
        self.expire: set[str] = set()
        self.fail: set[str] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                if path == "/v1/files":
                    self.answer(
                        {"object": "list", "data": list(server.files.values()), "has_more": False}
                    )
                elif path == "/v1/batches":
                    rows = list(server.batches.values())
                    self.answer({"object": "list", "data": rows, "has_more": False})
                elif match := re.match(r"/v1/files/([^/]+)/content", path):
                    self.send(server.contents[match[1]])
                else:
                    self.answer(server.batches[path.rsplit("/", 1)[1]])

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/files":
                    self.answer(server.upload(body))
                else:
                    self.answer(server.create(json.loads(body)))

            def answer(self, value: Any) -> None:
                self.send(json.dumps(value).encode())

            def send(self, data: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1"

    def upload(self, body: bytes) -> dict[str, Any]:
        name = re.search(rb'filename="([^"]+)"', body)
        assert name is not None
        part = body[name.end() :]
        start = part.index(b"\r\n\r\n") + 4
        data = part[start : part.index(b"\r\n--", start)]
        return self.add_file(name[1].decode(), data)

    def add_file(self, name: str, data: bytes) -> dict[str, Any]:
        file_id = f"file-{len(self.files)}"
        self.contents[file_id] = data
        self.files[file_id] = {
            "id": file_id, "object": "file", "bytes": len(data), "created_at": 1,
            "filename": name, "purpose": "batch", "status": "processed",
        }  # fmt: skip
        return self.files[file_id]

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        batch_id = f"batch-{len(self.batches)}"
        self.batches[batch_id] = {
            "id": batch_id, "object": "batch", "endpoint": asked["endpoint"],
            "input_file_id": asked["input_file_id"], "completion_window": "24h",
            "status": "in_progress", "created_at": 1, "metadata": asked["metadata"],
            "output_file_id": None, "error_file_id": None,
        }  # fmt: skip
        for line in self.contents[asked["input_file_id"]].splitlines():
            self.paid.append(json.loads(line)["custom_id"])
        return self.batches[batch_id]

    def finish(self) -> None:
        for batch in self.batches.values():
            if batch["status"] != "in_progress":
                continue
            out, errors = [], []
            for line in self.contents[batch["input_file_id"]].splitlines():
                key = json.loads(line)["custom_id"]
                if key in self.expire:
                    error = {"code": "batch_expired", "message": "not in time"}
                    errors.append({"id": "x", "custom_id": key, "response": None, "error": error})
                    self.paid.remove(key)
                elif key in self.fail:
                    response = {"status_code": 400, "body": {"error": {"message": "bad"}}}
                    errors.append({"id": "x", "custom_id": key, "response": response})
                    self.paid.remove(key)
                else:
                    out.append(result(key))
            batch["status"] = "completed"
            for kind, rows in (("output", reversed(out)), ("error", errors)):
                data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
                if data:
                    batch[f"{kind}_file_id"] = self.add_file(kind, data)["id"]


def result(key: str, text: str = "摘要。") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    body = {
        "id": "c", "model": "gpt-4.1-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
    }  # fmt: skip
    response = {"status_code": 200, "request_id": "r", "body": body}
    return {"id": "b", "custom_id": key, "response": response, "error": None}
