"""The signature behind every figure: how it was measured, as sacreBLEU (Post 2018) has it.

The identity part decides whether two figures may be compared; the informative part (package
versions, seeds, digests) helps to reproduce one and never refuses a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from summarizer.errors import SignatureMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Signature", "require_like"]


@dataclass(frozen=True, slots=True)
class Signature:
    """How a figure was measured."""

    identity: Mapping[str, str]
    """Metric, variant, tokenizer, stemmer, splitter, references, checker: with versions."""
    informative: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity_text(self) -> str:
        """``metric:rougeL|tok:cjk.1|…``: what is compared, and what keys a row of scores."""
        return "|".join(f"{name}:{value}" for name, value in self.identity.items())

    def __str__(self) -> str:
        extra = "|".join(f"{name}:{value}" for name, value in self.informative.items())
        return f"{self.identity_text} ({extra})" if extra else self.identity_text


def identity_of(text: str) -> str:
    """The identity part of a signature that was written as text."""
    return text.split(" (", 1)[0]


def require_like(first: str, second: str, *, where: str) -> None:
    """Refuse to compare figures that were measured in unlike ways.

    Raises:
        SignatureMismatch: the identities differ; names the parts that do.
    """
    ours, theirs = identity_of(first), identity_of(second)
    if ours == theirs:
        return
    parts = sorted(set(ours.split("|")) ^ set(theirs.split("|")))
    raise SignatureMismatch(
        f"measured in unlike ways ({', '.join(parts)})",
        where=where,
        hint="score both with the same settings",
    )
