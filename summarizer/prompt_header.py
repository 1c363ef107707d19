"""The front matter of a prompt: YAML read safely, each field checked, unknown ones refused."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from summarizer.errors import PromptError
from summarizer.models.base import Length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.jsonlines import Json

__all__ = ["FORMATS", "Header", "check_params", "read_header"]

FORMATS = ("paragraph", "bullets", "json", "free")
ROLES = ("system", "developer", "user", "assistant")
_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")
_FIELDS = (
    "name", "description", "language", "length", "format", "params", "context_window",
    "json_schema", "summary_field", "system", "examples", "messages", "variables",
)  # fmt: skip

# Ours to set, or a way to send a secret or to reach another host.
_REFUSED = frozenset(
    {"api_key", "base_url", "extra_body", "extra_headers", "extra_query", "headers", "messages",
     "model", "n", "organization", "project", "stream", "stream_options", "timeout"}
)  # fmt: skip
_SECRET = re.compile(r"(^|[_-])(api_?key|key|token|secret|password|passwd|authorization)$", re.I)


@dataclass(frozen=True, slots=True)
class Header:
    """What the front matter says."""

    name: str = "prompt"
    description: str = ""
    language: str | None = None
    length: Length | None = None
    format: str = "free"
    params: Mapping[str, Any] = field(default_factory=dict)
    context_window: int | None = None
    json_schema: Mapping[str, Any] | None = None
    summary_field: str | None = None
    system: str | None = None
    examples: tuple[Mapping[str, str], ...] = ()
    messages: tuple[Mapping[str, str], ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)

    def identity(self) -> Json:
        """What changes the messages or how the answer is read; not name, nor parameters."""
        length = self.length
        return {
            "language": self.language,
            "length": None if length is None else [length.target, length.unit, length.maximum],
            "format": self.format,
            "json_schema": self.json_schema,
            "summary_field": self.summary_field,
            "examples": [dict(example) for example in self.examples],
            "roles": [message["role"] for message in self.messages],
            "variables": dict(self.variables),
        }

    def with_variables(self, values: Mapping[str, Any], *, where: str) -> Header:
        """The header with some of its variables set.

        Raises:
            PromptError: the front matter declares no such variable, or one has no value.
        """
        unknown = sorted(set(values) - set(self.variables))
        if unknown:
            raise PromptError(f"Unknown variables: {', '.join(unknown)}", where=where)
        merged = {**self.variables, **values}
        missing = sorted(name for name, value in merged.items() if value is None)
        if missing:
            raise PromptError(f"Missing variables: {', '.join(missing)}", where=where)
        return replace(self, variables=merged)


def check_params(params: Mapping[str, Any], *, where: str) -> None:
    """Refuse parameters that are ours to set, or that could carry a secret into files.

    Raises:
        PromptError: names the parameter and why.
    """
    for name, value in params.items():
        if name in _REFUSED:
            raise PromptError(f"parameter {name} cannot be set here", where=where)
        if _SECRET.search(name):
            raise PromptError(
                f"parameter {name} looks like a secret, and parameters are written to files",
                where=where,
                hint="keys belong into the environment",
            )
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise PromptError(f"parameter {name} is not JSON ({error})", where=where) from error


def read_header(text: str, *, where: str, default_name: str) -> tuple[Header, str]:
    """Split a template into its front matter and its body.

    Raises:
        PromptError: the front matter is not YAML, or a field of it cannot be used.
    """
    if not text.startswith("---\n"):
        return Header(name=_name(default_name, where)), text
    end = text.find("\n---\n", 3)
    if end < 0 and text.rstrip().endswith("\n---"):
        end, text = text.rstrip().rfind("\n---"), text.rstrip() + "\n"
    if end < 0:
        raise PromptError("the front matter has no closing line ---", where=where)
    values = _yaml(text[4 : end + 1], where)
    _refuse_unknown(values, where)
    return _header(values, where, default_name), text[end + 5 :]


def _refuse_unknown(values: Mapping[str, Any], where: str) -> None:
    for name in values:
        if name not in _FIELDS:
            near = difflib.get_close_matches(str(name), _FIELDS, n=1)
            raise PromptError(
                f"unknown field {name!r} in the front matter",
                where=where,
                hint=f"did you mean {near[0]}?" if near else f"known are {', '.join(_FIELDS)}",
            )


def _header(values: Mapping[str, Any], where: str, default_name: str) -> Header:
    def text(name: str) -> str | None:
        value = values.get(name)
        if value is not None and not isinstance(value, str):
            raise PromptError(f"{name} must be a text", where=where)
        return value

    def mapping(name: str) -> dict[str, Any] | None:
        value = values.get(name)
        if value is not None and not _is_mapping(value):
            raise PromptError(f"{name} must be a mapping", where=where)
        return value

    params = mapping("params") or {}
    check_params(params, where=where)
    schema = mapping("json_schema")
    kind = text("format") or ("json" if schema else "free")
    if kind not in FORMATS:
        raise PromptError(f"format must be one of {', '.join(FORMATS)}", where=where)
    summary_field = text("summary_field")
    if kind == "json" and summary_field is None:
        raise PromptError("a JSON answer needs summary_field, to name the summary", where=where)
    if schema is not None and summary_field not in schema.get("properties", {}):
        raise PromptError(f"json_schema has no property {summary_field!r}", where=where)
    return Header(
        name=_name(text("name") or default_name, where),
        description=text("description") or "",
        language=text("language"),
        length=_length(values.get("length"), text("language"), where),
        format=kind,
        params=params,
        context_window=_window(values.get("context_window"), where),
        json_schema=schema,
        summary_field=summary_field,
        system=text("system"),
        examples=_records(values.get("examples"), "examples", ("source", "summary"), where),
        messages=_turns(values.get("messages"), where),
        variables=mapping("variables") or {},
    )


def _name(name: str, where: str) -> str:
    if not _NAME.match(name):
        raise PromptError(
            f"the name {name!r} may hold letters, digits, . _ - only (64 at most)", where=where
        )
    return name


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)


def _length(value: Any, language: str | None, where: str) -> Length | None:
    unit = "chars" if language in (None, "zh") else "words"
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = {"target": value}
    if not _is_mapping(value) or not value.keys() <= {"target", "unit", "maximum"}:
        raise PromptError("length is a number, or {target, unit, maximum}", where=where)
    target, maximum, unit = value.get("target"), value.get("maximum"), value.get("unit", unit)
    if not isinstance(target, int) or target < 1:
        raise PromptError("length.target must be a whole number above 0", where=where)
    if maximum is not None and (not isinstance(maximum, int) or maximum < target):
        raise PromptError("length.maximum must be no less than its target", where=where)
    if unit not in ("chars", "words"):
        raise PromptError("length.unit must be chars or words", where=where)
    return Length(target, unit, maximum)


def _window(value: Any, where: str) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise PromptError("context_window must be a whole number of tokens", where=where)
    return value


def _records(
    value: Any, name: str, needed: tuple[str, ...], where: str
) -> tuple[dict[str, str], ...]:
    if value is None:
        return ()
    good = isinstance(value, list) and all(
        _is_mapping(item)
        and all(isinstance(text, str) for text in item.values())
        and all(item.get(key) for key in needed)
        for item in value
    )
    if not good:
        raise PromptError(f"{name} must be a list of {{{', '.join(needed)}}} texts", where=where)
    return tuple(value)


def _turns(value: Any, where: str) -> tuple[dict[str, str], ...]:
    turns = _records(value, "messages", ("role", "content"), where)
    for turn in turns:
        if turn["role"] not in ROLES:
            raise PromptError(f"role {turn['role']!r} is none of {', '.join(ROLES)}", where=where)
    return turns


def _yaml(text: str, where: str) -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Safe, and without aliases: a few lines of them make a value of any size."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases (*name) are not supported")
            return super().compose_node(parent, index)

    try:
        value = yaml.load(text, Loader=Loader)  # noqa: S506  a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 2}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise PromptError(f"{line}the front matter is not YAML ({problem})", where=where) from error
    if value is None:
        return {}
    if not _is_mapping(value):
        raise PromptError("the front matter must be a mapping", where=where)
    result: dict[str, Any] = value
    return result
