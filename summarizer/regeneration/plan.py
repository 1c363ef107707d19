"""What a run is to hold: one prompt × one model over chosen documents, and the run's directory.

A directory converges: run again, it keeps what is still wanted and asks for the rest.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError, RunError
from summarizer.generation import request_key
from summarizer.models.base import Request
from summarizer.prices import window_of
from summarizer.run import (
    RUN_SCHEMA,
    PlannedDocument,
    Run,
    is_run,
    iter_whole_lines,
    write_documents,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from summarizer.document import Document
    from summarizer.generation import Cut
    from summarizer.models.base import ChatMessage, Model
    from summarizer.prompt import Prompt

__all__ = ["Asked", "Plan", "check_folder", "prepare", "read_outcomes", "requests_of", "run_folder"]

_UNSAFE = re.compile(r"[^\w.@-]+")
# Kept free in the window for the answer, in tokens.
_ROOM_FOR_ANSWER = 4096
_SECRET = re.compile(r"api.?key|secret|password|authorization|access.?token|^key$|^token$", re.I)


@dataclass(frozen=True, slots=True)
class Plan:
    """One prompt × one model."""

    prompt: Prompt
    model: Model
    params: Mapping[str, Any]
    samples: int = 1
    window: int | None = None
    archive: Mapping[str, Any] = field(default_factory=dict)
    """Where the documents come from: root, paths, selection."""

    @classmethod
    def of(
        cls,
        prompt: Prompt,
        model: Model,
        *,
        params: Mapping[str, Any],
        samples: int,
        window: int | None,
        archive: Mapping[str, Any],
    ) -> Plan:
        """A plan; the prompt's parameters with the given ones over them.

        Raises:
            InputError: a parameter is named like a secret.
        """
        for name in params:
            if _SECRET.search(name):
                raise InputError("parameters cannot hold a key or secret", where=f"--param {name}")
        merged = {**prompt.params, **params}
        if model.accepted is not None:
            merged = {name: value for name, value in merged.items() if name in model.accepted}
        elif prompt.json_schema and "response_format" not in merged:
            schema = {"name": "summary", "strict": True, "schema": dict(prompt.json_schema)}
            merged["response_format"] = {"type": "json_schema", "json_schema": schema}
        own = None if model.endpoint == "embedded" else window_of(model.name)
        return cls(prompt, model, merged, samples, window or prompt.context_window or own, archive)

    def to_json(self) -> dict[str, Any]:
        """The part of ``run.json`` that says what was asked."""
        length = self.prompt.length
        return {
            "prompt": {
                "name": self.prompt.name,
                "sha256": self.prompt.fingerprint,
                "text": self.prompt.text,
                "language": self.prompt.language,
                "format": self.prompt.format,
                "length": length
                and {"target": length.target, "unit": length.unit, "maximum": length.maximum},
            },
            "model": {"spec": self.model.spec, "name": self.model.name},
            "endpoint": self.model.endpoint,
            "params": dict(self.params),
            "samples": self.samples,
            "context_window": self.window,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a plan, ready to be sent."""

    request: Request
    document: Document
    cut: Cut | None


def requests_of(plan: Plan, document: Document) -> Iterator[Asked]:
    """The requests for one document, one a sample.

    Raises:
        PromptError: the template cannot be rendered for it.
    """
    messages, cut = _messages(plan, document)
    for sample in range(plan.samples):
        params = dict(plan.params)
        if sample and isinstance(params.get("seed"), int):
            params["seed"] += sample
        key = request_key(
            messages,
            model=plan.model.name,
            endpoint=plan.model.endpoint,
            params={**params, **_read_beside_messages(plan, document)},
            sample=sample,
        )
        request = Request(
            key,
            document.id,
            plan.prompt.name,
            messages,
            params,
            sample,
            document.source_text,
            plan.prompt.length,
            plan.prompt.language,
        )
        yield Asked(request, document, cut)


def _read_beside_messages(plan: Plan, document: Document) -> dict[str, Any]:
    """What an embedded model reads instead of the messages, so that it is part of the key."""
    if plan.model.endpoint != "embedded":
        return {}
    length = plan.prompt.length
    asked = None if length is None else [length.target, length.unit, length.maximum]
    return {"text_sha256": document.text_sha256, "length": asked}


def _messages(plan: Plan, document: Document) -> tuple[tuple[ChatMessage, ...], Cut | None]:
    """The messages, cut to the window; tokens are counted only where it may be too small."""
    messages = plan.prompt.render(document)
    if plan.window is None:
        return messages, None
    # A token is at least one byte, so most documents need no counting (and no tiktoken).
    most = sum(len(message["content"].encode("utf-8")) + 16 for message in messages)
    if most <= plan.window - _ROOM_FOR_ANSWER:
        return messages, None
    from summarizer.tokens import fit

    fitted = fit(plan.prompt, document, plan.model.name, plan.window)
    return fitted.messages, fitted.cut


def run_folder(out: Path, plan: Plan) -> Path:
    """Of a matrix, the folder of one plan: ``<prompt>@<model>-<hash6>``."""
    basis = f"{plan.prompt.name}\n{plan.model.name}\n{plan.model.endpoint}"
    short = hashlib.sha256(basis.encode()).hexdigest()[:6]
    label = f"{plan.prompt.name}@{plan.model.name.split(':', 1)[-1]}"
    return out / f"{_UNSAFE.sub('-', label).strip('-.')[:80]}-{short}"


def prepare(
    plan: Plan,
    folder: Path,
    documents: Iterable[Document],
    *,
    on_faulty: Callable[[Document, str], None] | None = None,
) -> Run:
    """Write ``run.json`` and ``documents.jsonl``; what was generated before stays.

    Raises:
        PromptError: the template cannot be rendered.
        InputError: there is no document.
    """
    digest = hashlib.sha256()
    counts = {"documents": 0, "requests": 0, "no_source": 0}

    def planned() -> Iterator[PlannedDocument]:
        for document in documents:
            keys: tuple[str, ...] = ()
            if document.source_text.strip():
                keys = tuple(asked.request.key for asked in requests_of(plan, document))
            else:
                counts["no_source"] += 1
                if on_faulty:
                    on_faulty(document, "has no source text to summarize")
            counts["documents"] += 1
            counts["requests"] += len(keys)
            digest.update("\n".join((document.id, *keys, "")).encode("utf-8", "surrogatepass"))
            yield PlannedDocument(document, keys)

    write_documents(folder, planned())
    if counts["documents"] == 0:
        raise InputError("no document was found", where=folder, hint="check PATH and --select")
    previous = Run.open(folder).info if is_run(folder) else {}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    info = {
        "schema": RUN_SCHEMA,
        "created_at": previous.get("created_at", now),
        "updated_at": now,
        "summarizer": _version(),
        **plan.to_json(),
        "archive": dict(plan.archive),
        "plan": {**counts, "digest": digest.hexdigest()[:32]},
        "totals": previous.get("totals", {}),
    }
    write_json(folder / "run.json", info)
    return Run(folder, info)


def check_folder(plan: Plan, folder: Path, *, resume: bool = False) -> None:
    """Refuse a directory that is not ours, or under `resume` one that holds another plan.

    Raises:
        RunError: it is one of these.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError("is a file", where=folder, hint="choose another --out")
    ours = is_run(folder)
    if (
        folder.is_dir()
        and not ours
        and any(not path.name.startswith(".") for path in folder.iterdir())
    ):
        raise RunError(
            "is neither empty nor a run of ours", where=folder, hint="choose another --out"
        )
    if not resume:
        return
    if not ours:
        raise RunError("holds no run to resume", where=folder)
    info = Run.open(folder).info
    for name, value in plan.to_json().items():
        if name != "context_window" and info.get(name) != value:
            raise RunError(
                f"holds a run of another {name}", where=folder, hint="drop --resume to converge"
            )


def read_outcomes(path: Path) -> dict[str, bool]:
    """Of each key in ``generations.jsonl``, whether its last line is a reply (else an error)."""
    import json

    outcomes: dict[str, bool] = {}
    for _, line in iter_whole_lines(path):
        try:
            row = json.loads(line)
            outcomes[row["key"]] = row["status"] != "error"
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"holds a line that is no generation ({error})", where=path) from error
    return outcomes


def _version() -> str:
    try:
        return version("summarizer-toolkit")
    except PackageNotFoundError:
        return "unknown"
