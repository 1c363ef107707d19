"""Prompts: a Jinja2 template with YAML front matter in, chat messages out.

Guarantee: a document is data, never template; roles come from the front matter's structure, never
from rendered text; the fingerprint covers everything that changes the messages or how the answer is
read (included files too, since they are read when the prompt is loaded). Front matter can set
neither keys nor headers nor an endpoint. See ``docs/prompts.md`` for the format.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import PromptError
from summarizer.models.base import ChatMessage, Length
from summarizer.prompt_header import Header, read_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from summarizer.document import Document
    from summarizer.prompt_sandbox import Environment

__all__ = ["MAX_TEMPLATE_BYTES", "VARIABLES", "Prompt", "builtin_folder", "list_prompts"]

MAX_TEMPLATE_BYTES = 256 * 1024
SUFFIX = ".j2"
RENDERER = 1
"""Raised where the same template would give other messages: part of the fingerprint."""

VARIABLES = frozenset({"date", "id", "language", "length", "metadata", "source", "title", "url"})
"""What a template may use of a document and of its own front matter."""


def builtin_folder() -> Path:
    """Where the prompts that we ship are: inside the package, or in the repository."""
    package = Path(str(files("summarizer")))
    inside = package / "prompts"
    return inside if inside.is_dir() else package.parent / "prompts"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A loaded prompt. Immutable; equal fingerprints give equal messages."""

    name: str
    description: str
    language: str | None
    """Of the summary: ``zh``, ``en``, …; None where the prompt leaves it open."""
    length: Length | None
    format: str
    """``paragraph``, ``bullets``, ``json`` or ``free``: what the answer should look like."""
    params: Mapping[str, Any]
    """Sampling defaults, passed through to the endpoint."""
    context_window: int | None
    """Tokens; None: by the model."""
    json_schema: Mapping[str, Any] | None
    summary_field: str | None
    """Of a JSON answer, the field that is the summary."""
    fingerprint: str
    """Hex SHA-256 of everything that changes the messages or how the answer is read."""
    text: str
    """The template file, whole."""
    path: Path | None = None
    _header: Header = field(default_factory=Header, repr=False)
    _sources: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Name and text of every template that takes part."""

    @classmethod
    def load(
        cls,
        name_or_path: str | Path,
        *,
        folders: Iterable[str | Path] = (),
        variables: Mapping[str, Any] | None = None,
    ) -> Prompt:
        """Load a prompt by name (own folders first, then the shipped ones) or by path.

        Args:
            name_or_path: ``brief_zh``, or a path (it holds a slash or ends in ``.j2``).
            folders: where the user's own prompts are.
            variables: values for the front matter's ``variables``.

        Raises:
            PromptError: no such prompt, or its file cannot be used; names the file and why.

        >>> Prompt.load("brief_zh").language
        'zh'
        """
        path = _find(name_or_path, folders)
        return cls.parse(_read(path), path=path, variables=variables)

    @classmethod
    def parse(
        cls, text: str, *, path: Path | None = None, variables: Mapping[str, Any] | None = None
    ) -> Prompt:
        """A prompt from its text; `path` gives the default name and the folder of includes.

        Raises:
            PromptError: the text is no usable prompt.
        """
        where = str(path or "<prompt>")
        header, body = read_header(text, where=where, default_name=path.stem if path else "prompt")
        header = header.with_variables(variables or {}, where=where)
        sources = _gather(header, body, path, where)
        identity = {
            "renderer": RENDERER,
            "sources": sources,
            "header": header.identity(),
        }
        dumped = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        return cls(
            name=header.name,
            description=header.description,
            language=header.language,
            length=header.length,
            format=header.format,
            params=header.params,
            context_window=header.context_window,
            json_schema=header.json_schema,
            summary_field=header.summary_field,
            fingerprint=hashlib.sha256(dumped.encode("ascii")).hexdigest(),
            text=text,
            path=path,
            _header=header,
            _sources=sources,
        )

    def render(
        self, document: Document, *, source_text: str | None = None
    ) -> tuple[ChatMessage, ...]:
        """The messages for a document: system, few-shot examples, turns, then the document.

        Args:
            document: what is to be summarized.
            source_text: sent in place of the document's text (one cut to the context window).

        Raises:
            PromptError: the template cannot be rendered; names template and document.
        """
        values = self._values(
            title=document.title,
            source=document.source_text if source_text is None else source_text,
            url=document.url or "",
            date=document_date(document.metadata),
            id=document.id,
            metadata=dict(document.metadata),
        )
        messages: list[ChatMessage] = []
        where = f"{self.name} for {document.id}"
        if self._header.system is not None:
            messages.append(_message("system", self._render("system", values, where)))
        for number, example in enumerate(self._header.examples):
            shown = self._values(
                title=example.get("title", ""), source=example["source"],
                url=example.get("url", ""), date=example.get("date", ""),
                id=f"example-{number + 1}", metadata={},
            )  # fmt: skip
            messages.append(_message("user", self._render("body", shown, where)))
            messages.append(_message("assistant", example["summary"]))
        for number, turn in enumerate(self._header.messages):
            messages.append(
                _message(turn["role"], self._render(f"messages/{number}", values, where))
            )
        if self._has_body:
            messages.append(_message("user", self._render("body", values, where)))
        return tuple(messages)

    def request_params(self, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The parameters of a request: the prompt's, then `overrides`; a None removes one.

        A ``json_schema`` becomes ``response_format`` (structured output).
        """
        params: dict[str, Any] = {}
        if self.json_schema is not None:
            params["response_format"] = {
                "type": "json_schema",
                "json_schema": {
                    "name": self.name.replace(".", "_")[:64],
                    "strict": True,
                    "schema": dict(self.json_schema),
                },
            }
        elif self.format == "json":
            params["response_format"] = {"type": "json_object"}
        params |= dict(self.params)
        params |= dict(overrides or {})
        return {name: value for name, value in params.items() if value is not None}

    @property
    def _has_body(self) -> bool:
        return any(name == "body" and text.strip() for name, text in self._sources)

    def _values(self, **document: Any) -> dict[str, Any]:
        length = None
        if self.length is not None:
            length = {
                "target": self.length.target,
                "unit": self.length.unit,
                "maximum": self.length.maximum,
            }
        return {
            **self._header.variables,
            "language": self.language or "",
            "length": length,
            **document,
        }

    def _render(self, template: str, values: Mapping[str, Any], where: str) -> str:
        from summarizer.prompt_sandbox import render

        return render(_environment(self._sources), template, values, where=where).strip()


def list_prompts(folders: Iterable[str | Path] = ()) -> list[Prompt]:
    """All prompts by name, the user's own before shipped ones of the same name.

    Raises:
        PromptError: one of the files cannot be used, or a folder is absent.
    """
    found: dict[str, Path] = {}
    for folder in [*map(Path, folders), builtin_folder()]:
        if not folder.is_dir():
            raise PromptError("no such folder of prompts", where=folder)
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            found.setdefault(path.stem, path)
    prompts = [Prompt.load(path) for _, path in sorted(found.items())]
    # A file that begins with `_` is there to be included.
    return [prompt for prompt in prompts if not prompt.name.startswith("_")]


def document_date(metadata: Mapping[str, str]) -> str:
    """The document's own date, as its metadata spell it; empty where they don't."""
    for name in ("date", "published", "published_at", "发布时间", "发布日期", "日期", "created_at"):
        if value := metadata.get(name):
            return str(value)
    return ""


def _message(role: str, content: str) -> ChatMessage:
    return ChatMessage(role=role, content=content)


def _find(name_or_path: str | Path, folders: Iterable[str | Path]) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or "/" in text or text.endswith(SUFFIX):
        path = Path(text)
        if not path.is_file():
            raise PromptError("no such prompt file", where=path)
        return path
    searched = [*map(Path, folders), builtin_folder()]
    known: list[str] = []
    for folder in searched:
        if not folder.is_dir():
            raise PromptError("no such folder of prompts", where=folder)
        names = {path.stem: path for path in folder.glob(f"*{SUFFIX}")}
        if text in names:
            return names[text]
        known.extend(name for name in names if not name.startswith("_"))
    near = difflib.get_close_matches(text, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "`summarizer prompts list` shows all"
    raise PromptError("no such prompt", where=text, hint=hint)


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PromptError(error.strerror or str(error), where=path) from error
    if len(data) > MAX_TEMPLATE_BYTES:
        raise PromptError(f"is larger than {MAX_TEMPLATE_BYTES // 1024} KiB", where=path)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise PromptError(f"is not UTF-8 (byte {error.start})", where=path) from error


def _gather(
    header: Header, body: str, path: Path | None, where: str
) -> tuple[tuple[str, str], ...]:
    """Every template that takes part, with includes read now; checks names and variables."""
    from jinja2 import TemplateSyntaxError, meta
    from jinja2.exceptions import SecurityError

    from summarizer.prompt_sandbox import Environment

    pending = {"body": body}
    if header.system is not None:
        pending["system"] = header.system
    for number, turn in enumerate(header.messages):
        pending[f"messages/{number}"] = turn["content"]
    environment = Environment({})
    sources: dict[str, str] = {}
    missing: set[str] = set()
    while pending:
        name, source = pending.popitem()
        sources[name] = source
        try:
            # The environment's own tree holds our counters; names are those of the plain one.
            tree = environment.parse(source, name)
        except TemplateSyntaxError as error:
            message = f"line {error.lineno} of {name}: {error.message}"
            raise PromptError(message, where=where) from error
        except SecurityError as error:
            raise PromptError(f"{name} {error}", where=where) from error
        allowed = VARIABLES | set(header.variables) | environment.globals.keys()
        found = meta.find_undeclared_variables(tree)
        missing |= {name for name in found - allowed if not name.startswith("_")}
        for reference in meta.find_referenced_templates(tree):
            if reference is None:
                raise PromptError("an include must name its file literally", where=where)
            if reference not in sources:
                pending[reference] = _include(reference, path, where)
        if len(sources) > 50:
            raise PromptError("includes more than 50 files", where=where)
    if missing:
        raise PromptError(
            f"Missing variables: {', '.join(sorted(missing))}",
            where=where,
            hint=f"known are {', '.join(sorted(allowed))}",
        )
    return tuple(sorted(sources.items()))


def _include(reference: str, path: Path | None, where: str) -> str:
    """The text of an included file, which must lie in the prompt's own folder."""
    if path is None:
        raise PromptError(f"includes {reference}, but was not loaded from a folder", where=where)
    folder = path.parent.resolve()
    target = (folder / reference).resolve()
    if not target.is_relative_to(folder) or "\\" in reference:
        raise PromptError(f"includes {reference}, which is outside of its folder", where=where)
    if not target.is_file():
        raise PromptError(f"includes {reference}, which is not there", where=where)
    text = _read(target)
    return read_header(text, where=str(target), default_name=target.stem)[1]


@lru_cache(maxsize=32)
def _environment(sources: tuple[tuple[str, str], ...]) -> Environment:
    from summarizer.prompt_sandbox import Environment

    return Environment(dict(sources))
