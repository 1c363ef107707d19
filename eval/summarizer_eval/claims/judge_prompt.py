"""The prompt of a judge: a Jinja2 template with front matter, as summaries have theirs.

It runs in the same sandbox. Its front matter may hold ``name``, ``description``, ``params``,
``system`` and ``variables``; the template sees ``source``, ``title``, ``url``, ``date``,
``metadata``, ``summary`` and ``claims`` (one numbered claim a line), and must use ``source`` and
``claims``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import PromptError
from summarizer.models.base import ChatMessage
from summarizer.prompt import MAX_TEMPLATE_BYTES, builtin_folder
from summarizer.prompt_header import Header, read_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from summarizer.prompt_sandbox import Environment
    from summarizer_eval.claims.claim import SourceDocument

__all__ = ["JudgePrompt"]

_VARIABLES = frozenset({"claims", "date", "metadata", "source", "summary", "title", "url"})
_NEEDED = frozenset({"claims", "source"})
_RENDERER = 1
"""Raised where the same template would give other messages: part of the fingerprint."""


@dataclass(frozen=True)
class JudgePrompt:
    """A loaded prompt; equal fingerprints give equal messages."""

    name: str
    header: Header
    body: str
    where: str
    fingerprint: str
    """Hex SHA-256 of everything that changes the messages."""

    @classmethod
    def load(cls, path: str | Path | None = None) -> JudgePrompt:
        """A template file; None: the shipped one.

        Raises:
            PromptError: it is absent, or cannot be used; names the file and why.

        >>> JudgePrompt.load().name
        'judge_claims'
        """
        file = Path(path) if path is not None else builtin_folder() / "judge" / "claims.j2"
        try:
            data = file.read_bytes()
        except OSError as error:
            raise PromptError(error.strerror or str(error), where=file) from error
        if len(data) > MAX_TEMPLATE_BYTES:
            raise PromptError(f"is larger than {MAX_TEMPLATE_BYTES // 1024} KiB", where=file)
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise PromptError(f"is not UTF-8 (byte {error.start})", where=file) from error
        return cls.parse(text, where=str(file))

    @classmethod
    def parse(cls, text: str, *, where: str = "<judge>") -> JudgePrompt:
        """A prompt from its text.

        Raises:
            PromptError: it is no usable prompt of a judge.
        """
        header, body = read_header(text, where=where, default_name="judge")
        header = header.with_variables({}, where=where)
        unusable = [
            name
            for name, given in (
                ("examples", header.examples), ("messages", header.messages),
                ("json_schema", header.json_schema), ("length", header.length),
            )
            if given
        ]  # fmt: skip
        if unusable:
            raise PromptError(f"a judge's prompt has no {', '.join(unusable)}", where=where)
        _check_variables(header, body, where)
        identity = [_RENDERER, header.system, body, dict(header.variables)]
        dumped = json.dumps(identity, sort_keys=True)
        digest = hashlib.sha256(dumped.encode("ascii")).hexdigest()
        return cls(header.name, header, body, where, digest)

    def render(
        self, source: SourceDocument, summary: str, claims: Sequence[str]
    ) -> tuple[ChatMessage, ...]:
        """The messages that ask for a verdict of each claim; claims are numbered from 1.

        Raises:
            PromptError: the template cannot be rendered.
        """
        from summarizer.prompt_sandbox import render

        # A claim takes one line, so that none can begin a line with another one's number.
        numbered = [f"{n}. {' '.join(text.split())}" for n, text in enumerate(claims, start=1)]
        values: Mapping[str, Any] = {
            **self.header.variables,
            "source": source.text,
            "title": source.title,
            "url": source.url,
            "date": source.date,
            "metadata": dict(source.metadata),
            "summary": summary,
            "claims": "\n".join(numbered),
        }
        roles = (("system", self.header.system), ("user", self.body))
        return tuple(
            ChatMessage(
                role=role,
                content=_sendable(render(self._environment, role, values, where=self.where)),
            )
            for role, text in roles
            if text
        )

    @cached_property
    def _environment(self) -> Environment:
        from summarizer.prompt_sandbox import Environment

        return Environment({"system": self.header.system or "", "user": self.body})


def _sendable(text: str) -> str:
    """A message without what UTF-8 cannot carry: bytes of an archive that were no text."""
    return text.strip().encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _check_variables(header: Header, body: str, where: str) -> None:
    """Refuse a template with unknown variables, or one that shows no source or no claims."""
    from jinja2 import TemplateSyntaxError, meta
    from jinja2.exceptions import SecurityError

    from summarizer.prompt_sandbox import Environment

    environment = Environment({})
    used: set[str] = set()
    for text in (header.system or "", body):
        try:
            tree = environment.parse(text)
        except TemplateSyntaxError as error:
            raise PromptError(f"line {error.lineno}: {error.message}", where=where) from error
        except SecurityError as error:
            raise PromptError(str(error), where=where) from error
        used |= {name for name in meta.find_undeclared_variables(tree) if name[0] != "_"}
    known = _VARIABLES | set(header.variables) | environment.globals.keys()
    if missing := sorted(used - known):
        raise PromptError(
            f"Missing variables: {', '.join(missing)}",
            where=where,
            hint=f"known are {', '.join(sorted(known))}",
        )
    if unused := sorted(_NEEDED - used):
        raise PromptError(f"does not use {' and '.join(unused)}", where=where)
