"""A baseline: what a candidate is held against, small, sorted and diffable, kept in the repository.

``NAME.json`` has the scores of each document, ``NAME.summaries.jsonl`` the summaries, so that a
better scorer scores the old ones again instead of making them worthless. ``NAME.anchor.json`` (with
its summaries) is the first baseline that was ever accepted: many small accepted losses add up, so a
candidate may not be worse than it either.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from summarizer.document import sha256_text
from summarizer.errors import InputError
from summarizer.jsonlines import read_json, read_lines, write_lines
from summarizer_eval.gate import Gate
from summarizer_eval.signature import identity_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from summarizer.document import Document
    from summarizer.jsonlines import Json
    from summarizer_eval.runscores import RunScores

__all__ = ["BASELINE_SCHEMA", "Baseline", "Entry", "identity_of_document"]

BASELINE_SCHEMA = 1


def identity_of_document(document: Document) -> tuple[str, str | None]:
    """Short hashes of a document's text and reference: what a pair must have in common."""
    reference = document.reference
    return document.text_sha256[:16], sha256_text(reference)[:16] if reference else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a baseline."""

    text: str
    reference: str | None
    source: str
    scores: Mapping[str, float | None]
    """Mean over samples; None where unscored."""

    def to_json(self) -> Json:
        """As ``NAME.json`` has it."""
        return {
            "text": self.text,
            "reference": self.reference,
            "source": self.source,
            "scores": {name: self.scores[name] for name in sorted(self.scores)},
        }


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores that a candidate is held against."""

    name: str
    made_by: Mapping[str, Any]
    """Prompt with its hash, model, samples."""
    signatures: Mapping[str, str]
    gate: Gate
    entries: Mapping[str, Entry]
    history: tuple[Json, ...] = ()
    """Regressions that were accepted, each with its reason."""
    summaries: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict, repr=False)

    @property
    def digest(self) -> str:
        """Of the document set: ids, texts and references."""
        lines = [f"{name} {entry.text} {entry.reference}" for name, entry in self._sorted()]
        return sha256_text("\n".join(lines))[:16]

    def _sorted(self) -> Iterator[tuple[str, Entry]]:
        for name in sorted(self.entries):
            yield name, self.entries[name]

    def save(self, path: Path) -> None:
        """Write ``NAME.json`` and ``NAME.summaries.jsonl``; equal baselines give equal bytes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        head: Json = {
            "schema": BASELINE_SCHEMA,
            "name": self.name,
            "made_by": dict(self.made_by),
            "documents_digest": self.digest,
            "gate": self.gate.to_json(),
            "signatures": {name: self.signatures[name] for name in sorted(self.signatures)},
            "history": list(self.history),
        }
        text = json.dumps(head, ensure_ascii=False, indent=2)[:-2]
        rows = [
            f"    {json.dumps(name, ensure_ascii=False)}: "
            f"{json.dumps(entry.to_json(), ensure_ascii=False)}"
            for name, entry in self._sorted()
        ]  # one document a line: a changed score is one line of a diff
        text += ',\n  "documents": {\n' + ",\n".join(rows) + "\n  }\n}\n"
        write_lines(
            summaries_path(path),
            (
                {"id": name, "summaries": list(self.summaries[name])}
                for name in sorted(self.summaries)
            ),
        )
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read a baseline.

        Raises:
            InputError: it is absent, broken or of a newer version.
        """
        row = read_json(path)
        if row.get("schema") != BASELINE_SCHEMA or "documents" not in row:
            raise InputError(
                "is no baseline of this version", where=path, hint="summarizer accept makes one"
            )
        summaries = {}
        if summaries_path(path).exists():
            summaries = {
                entry["id"]: tuple(entry["summaries"])
                for _, entry in read_lines(summaries_path(path))
            }
        try:
            entries = {
                name: Entry(entry["text"], entry["reference"], entry["source"], entry["scores"])
                for name, entry in row["documents"].items()
            }
            return cls(
                row["name"],
                row["made_by"],
                row["signatures"],
                Gate.from_json(row["gate"], where=path),
                entries,
                tuple(row["history"]),
                summaries,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"is a broken baseline ({error!r})", where=path) from error

    @classmethod
    def of_run(
        cls, name: str, scored: RunScores, gate: Gate, *, history: tuple[Json, ...] = ()
    ) -> Baseline:
        """The baseline that a scored run makes."""
        sums: dict[str, dict[str, list[float]]] = {}
        wanted = watched(gate)
        for row in scored.rows():
            values = sums.setdefault(row.document_id, {metric: [] for metric in wanted})
            for metric in wanted:
                value = row.values.get(metric)
                if value is not None and value.value is not None:
                    values[metric].append(value.value)
        entries: dict[str, Entry] = {}
        summaries: dict[str, tuple[str | None, ...]] = {}
        for document, generation in scored.run.results():
            text, reference = identity_of_document(document)
            scores = {
                metric: round(sum(found) / len(found), 12) if found else None
                for metric, found in sums.get(document.id, {}).items()
            }
            entries[document.id] = Entry(text, reference, document.key, scores)
            made = None if generation is None else generation.summary
            summaries[document.id] = (*summaries.get(document.id, ()), made)
        info = scored.run.info
        made_by = {
            "prompt": info["prompt"]["name"],
            "prompt_sha256": info["prompt"]["sha256"],
            "model": info["model"]["name"],
            "samples": info.get("samples", 1),
        }
        signatures = {
            metric: identity_of(scored.figures[metric].signature)
            for metric in wanted
            if metric in scored.figures
        }
        return cls(name, made_by, signatures, gate, entries, history, summaries)


def watched(gate: Gate) -> list[str]:
    """The metrics that a gate looks at."""
    return sorted({*gate.margins, *gate.collapse, *gate.limits, "scored_share"})


def summaries_path(path: Path) -> Path:
    """Where the summaries of a baseline stand."""
    return path.with_name(path.name.removesuffix(".json") + ".summaries.jsonl")


def anchor_path(path: Path) -> Path:
    """Where the first baseline that was ever accepted stands."""
    return path.with_name(path.name.removesuffix(".json") + ".anchor.json")
