"""Suites: what a check runs on and what must hold, in ``summarizer.toml`` or ``eval/suites/``.

A suite names documents, prompts, models and thresholds. It cannot name a key, a header or a Python
object; an endpoint comes from the command line or the environment.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError
from summarizer.prompt_header import check_params
from summarizer_eval.checking import MAX_CHANGED
from summarizer_eval.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONFIG_FILE", "Suite", "Variant", "find_config", "load_suites"]

CONFIG_FILE = "summarizer.toml"
_NAME = re.compile(r"[\w.@+-]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """One prompt with one model; its baseline has its name."""

    name: str
    prompt: str
    model: str


@dataclass(frozen=True, slots=True)
class Suite:
    """What a check runs on."""

    name: str
    folder: Path
    """Paths of the suite are relative to it: where its file is, or the parent of ``eval``."""
    documents: tuple[str, ...]
    variants: tuple[Variant, ...]
    select: tuple[str, ...] = ()
    random: int | None = None
    seed: int = 0
    limit: int | None = None
    samples: int = 1
    params: Mapping[str, Any] = field(default_factory=dict)
    prompts_dir: str | None = None
    replies: str | None = None
    """Recorded replies, for ``--offline``."""
    gate: Gate = field(default_factory=Gate)
    max_changed: float = MAX_CHANGED

    @property
    def replies_path(self) -> Path:
        """Where `record` writes and ``--offline`` reads."""
        return self.folder / (self.replies or f"eval/suites/{self.name}.replies.jsonl")

    def run_path(self, variant: Variant) -> Path:
        """Where the run of a variant lives."""
        return self.folder / ".summarizer" / self.name / variant.name

    def baseline_path(self, variant: Variant) -> Path:
        """Where the baseline of a variant lives."""
        return self.folder / "eval" / "baselines" / self.name / f"{variant.name}.json"


def find_config(start: Path) -> Path:
    """The nearest ``summarizer.toml``, here or above.

    Raises:
        InputError: there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder / CONFIG_FILE
    raise InputError(
        f"there is no {CONFIG_FILE} here or above", where=start, hint="summarizer init writes one"
    )


def load_suites(config: Path) -> list[Suite]:
    """The suites of a file, and those of ``eval/suites/*.toml`` beside it.

    Raises:
        InputError: a file is no TOML or holds something that no suite has; says where.
    """
    suites = [
        _suite(name, table, config.parent, f"{config}: suite.{name}")
        for name, table in _tables(config).items()
    ]
    suites += [
        _suite(path.stem, _toml(path), config.parent, str(path))
        for path in sorted((config.parent / "eval" / "suites").glob("*.toml"))
    ]
    if not suites:
        raise InputError("names no suite", where=config, hint="write a table [suite.NAME]")
    names = [suite.name for suite in suites]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two suites are called {name!r}", where=config)
    return suites


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(error.strerror or str(error), where=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not TOML ({error})", where=path) from error


def _tables(config: Path) -> dict[str, Any]:
    tables = _toml(config).get("suite", {})
    if not isinstance(tables, dict):
        raise InputError("'suite' is no table", where=config, hint="write [suite.NAME]")
    return tables


_TEXTS = ("documents", "select", "prompts", "models")
_KNOWN = {
    *_TEXTS, "variants", "random", "seed", "limit", "samples", "params", "prompts_dir", "replies",
    "gate", "max_changed",
}  # fmt: skip


def _suite(name: str, table: Any, folder: Path, where: str) -> Suite:
    if not isinstance(table, dict):
        raise InputError("is no table", where=where)
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise InputError(f"{name!r} is no name for a suite", where=where)
    unknown = sorted(table.keys() - _KNOWN)
    if unknown:
        raise InputError(
            f"there is no setting {unknown[0]!r}", where=where, hint=f"one of {_listed(_KNOWN)}"
        )
    texts = {key: _texts(table, key, where) for key in _TEXTS}
    if not texts["documents"]:
        raise InputError("names no documents", where=where, hint="write documents = ['archive']")
    variants = _variants(table.get("variants") or {}, texts["prompts"], texts["models"], where)
    numbers = {key: _whole(table, key, where) for key in ("random", "seed", "limit", "samples")}
    params = table.get("params", {})
    if not isinstance(params, dict):
        raise InputError("is no table", where=f"{where}.params")
    check_params(params, where=f"{where}.params")
    share = table.get("max_changed", MAX_CHANGED)
    if not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise InputError("is no share from 0 to 1", where=f"{where}.max_changed")
    gate = table.get("gate", {})
    if not isinstance(gate, dict):
        raise InputError("is no table", where=f"{where}.gate")
    return Suite(
        name=name,
        folder=folder,
        documents=texts["documents"],
        variants=variants,
        select=texts["select"],
        random=numbers["random"],
        seed=numbers["seed"] or 0,
        limit=numbers["limit"],
        samples=numbers["samples"] or 1,
        params=params,
        prompts_dir=_text(table, "prompts_dir", where),
        replies=_text(table, "replies", where),
        gate=Gate.from_json(gate, where=f"{where}.gate"),
        max_changed=float(share),
    )


def _variants(
    named: Any, prompts: tuple[str, ...], models: tuple[str, ...], where: str
) -> tuple[Variant, ...]:
    """The named ones, and every prompt with every model."""
    found = []
    if not isinstance(named, dict):
        raise InputError("is no table", where=f"{where}.variants")
    for name, entry in named.items():
        if not isinstance(entry, dict) or not all(
            isinstance(entry.get(key), str) for key in ("prompt", "model")
        ):
            raise InputError("names no prompt and model", where=f"{where}.variants.{name}")
        found.append(Variant(name, entry["prompt"], entry["model"]))
    for prompt in prompts:
        for model in models:
            short = model.rpartition("/")[2].partition(":")[2] or model.rpartition("/")[2]
            label = f"{Path(prompt).stem}@{short.removesuffix('.jsonl')}"
            found.append(Variant(re.sub(r"[^\w.@+-]", "-", label), prompt, model))
    if not found:
        raise InputError("names no prompts and models", where=where)
    for variant in found:
        if not _NAME.fullmatch(variant.name) or variant.name.startswith("."):
            raise InputError(f"{variant.name!r} is no name for a variant", where=where)
        if [other.name for other in found].count(variant.name) > 1:
            raise InputError(
                f"two variants are called {variant.name!r}",
                where=where,
                hint="name them: [suite.NAME.variants.OTHER] with prompt and model",
            )
    return tuple(found)


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise InputError("is no list of texts", where=f"{where}.{key}")
    return tuple(listed)


def _text(table: Mapping[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError("is no text", where=f"{where}.{key}")
    return value


def _whole(table: Mapping[str, Any], key: str, where: str) -> int | None:
    value = table.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise InputError("is no whole number", where=f"{where}.{key}")
    return value


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
