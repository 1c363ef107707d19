"""Names to metrics: the built-in ones, installed entry points, and ``module:object``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from summarizer.errors import InputError
from summarizer_eval.imported import imported
from summarizer_eval.metric import Metric
from summarizer_eval.rouge import Rouge
from summarizer_eval.tokenizers import make_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ENTRY_POINTS", "Settings", "build_metrics", "metric_groups", "with_parts"]

_F_MEASURE = re.compile(r"(?:source_)?rouge(?:[1-3L]|Lsum)|bertscore")

ENTRY_POINTS = "summarizer.metrics"
"""Entry point group: each is a callable without arguments that gives a `Metric`, or one itself."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How metrics measure; small and picklable, so that each process builds its own."""

    metrics: tuple[str, ...] = ()
    """Groups, figures, entry points, ``module:object`` or ``bertscore=MODEL``; empty: the default
    groups."""
    against: tuple[str, ...] = ("stored", "source")
    references: str = "stored"
    """``stored``, ``same-url`` or ``same-url-max``."""
    tokenizer: str = "cjk"
    splitter: str = "sentence.1"

    @property
    def rule(self) -> str:
        """Over several references."""
        return "max" if self.references.endswith("-max") else "mean"

    @property
    def reference_kind(self) -> str:
        """Where references come from, without the rule."""
        return "same-url" if self.references.startswith("same-url") else "stored"


def _rouge(*types: str, against: str) -> Callable[[Settings, Rouge], Metric]:
    def make(settings: Settings, rouge: Rouge) -> Metric:
        from summarizer_eval.metrics.rouge import RougeMetric

        return RougeMetric(
            rouge,
            types,
            against="source" if against == "source" else "stored",
            rule=settings.rule,
            references=settings.reference_kind,
        )

    return make


def _extractive(settings: Settings, rouge: Rouge) -> Metric:
    from summarizer_eval.metrics.source import ExtractiveMetric

    return ExtractiveMetric(rouge)


def _form(settings: Settings, rouge: Rouge) -> Metric:
    from summarizer_eval.metrics.form import FormMetric

    return FormMetric()


def _kept(settings: Settings, rouge: Rouge) -> Metric:
    from summarizer_eval.metrics.kept import KeptMetric

    return KeptMetric()


def _repetition(settings: Settings, rouge: Rouge) -> Metric:
    from summarizer_eval.metrics.form import RepetitionMetric

    return RepetitionMetric(rouge)


def _scored_share(settings: Settings, rouge: Rouge) -> Metric:
    from summarizer_eval.metrics.form import ScoredShareMetric

    return ScoredShareMetric()


def _claims(settings: Settings, rouge: Rouge) -> Metric:
    from summarizer_eval.claims.metric import ClaimsMetric

    return ClaimsMetric()


def _chrf(settings: Settings, rouge: Rouge) -> Metric:
    from summarizer_eval.metrics.extras import ChrfMetric

    return ChrfMetric(rule=settings.rule, references=settings.reference_kind)


def _bertscore(settings: Settings, rouge: Rouge, model: str = "") -> Metric:
    from summarizer_eval.metrics.bertscore import BertScoreMetric

    return BertScoreMetric(model, rule=settings.rule, references=settings.reference_kind)


# group -> (what it is measured against, whether it is in the default set, how it is made)
_GROUPS: dict[str, tuple[str | None, bool, Callable[[Settings, Rouge], Metric]]] = {
    "scored_share": (None, True, _scored_share),
    "claims": (None, True, _claims),
    "rouge": ("stored", True, _rouge("rouge1", "rouge2", "rougeL", against="stored")),
    "rougeLsum": ("stored", True, _rouge("rougeLsum", against="stored")),
    "rouge3": ("stored", False, _rouge("rouge3", against="stored")),
    "source_rouge": ("source", True, _rouge("rouge1", "rouge2", "rougeL", against="source")),
    "source_rougeLsum": ("source", True, _rouge("rougeLsum", against="source")),
    "source_rouge3": ("source", False, _rouge("rouge3", against="source")),
    "extractive": ("source", True, _extractive),
    "form": (None, True, _form),
    "kept": (None, True, _kept),
    "repetition": (None, True, _repetition),
    "chrf": ("stored", False, _chrf),
    "bertscore": ("stored", False, _bertscore),
}


def metric_groups() -> dict[str, bool]:
    """The names of the groups, built-in and installed, and whether each is in the default set."""
    groups = {name: default for name, (_, default, _) in _GROUPS.items()}
    groups.update({point.name: False for point in entry_points(group=ENTRY_POINTS)})
    return groups


def build_metrics(settings: Settings) -> tuple[list[Metric], set[str] | None]:
    """The metrics of some settings, and the figures that were asked for by name (None: all).

    Raises:
        InputError: a name is no group, figure, entry point or importable object.
        MissingExtra: a metric needs a package that is absent.
    """
    for side in settings.against:
        if side not in ("stored", "source"):
            raise InputError(f"no such side: {side!r}", where="--against", hint="stored, source")
    rouge = Rouge(make_tokenizer(settings.tokenizer), splitter=settings.splitter)
    sides = {None, *settings.against}
    if not settings.metrics:
        chosen = [make for side, default, make in _GROUPS.values() if default and side in sides]
        return [make(settings, rouge) for make in chosen], None
    found: dict[str, Metric] = {}
    wanted: set[str] = set()
    for name in settings.metrics:
        key, metric = _find(name, settings, rouge)
        metric = found.setdefault(key, metric)
        wanted.update([name] if name in metric.names else metric.names)
    return list(found.values()), wanted


def with_parts(names: Iterable[str]) -> list[str]:
    """The same names, and behind each F-measure among them its precision and recall.

    >>> with_parts(["rougeL", "length"])
    ['rougeL', 'rougeL_precision', 'rougeL_recall', 'length']
    """
    found = []
    for name in names:
        found.append(name)
        if _F_MEASURE.fullmatch(name):
            found += [f"{name}_precision", f"{name}_recall"]
    return found


def _find(name: str, settings: Settings, rouge: Rouge) -> tuple[str, Metric]:
    """The group that a name stands for."""
    if name in _GROUPS:
        return name, _GROUPS[name][2](settings, rouge)
    if name.startswith("bertscore="):
        return "bertscore", _bertscore(settings, rouge, name.removeprefix("bertscore="))
    if ":" in name:
        return name, _made(imported(name, "--metric"), name)
    for point in entry_points(group=ENTRY_POINTS):
        if point.name == name:
            return name, _made(point.load(), name)
    for group, (_, _, make) in _GROUPS.items():
        if group in ("chrf", "bertscore", "claims"):  # they load much, so they come last or never
            continue
        metric = make(settings, rouge)
        if name in metric.names:
            return group, metric
    if name in (claims := _claims(settings, rouge)).names:
        return "claims", claims
    raise InputError(
        f"no metric {name!r}",
        where="--metric",
        hint=f"one of {', '.join(metric_groups())}, one of their figures, or module:object",
    )


def _made(thing: Any, name: str) -> Metric:
    """A metric from an object or from the callable that makes one."""
    try:
        metric = thing() if isinstance(thing, type) or not isinstance(thing, Metric) else thing
    except TypeError as error:  # not callable, or it wants arguments
        raise InputError(f"{name!r} makes no metric ({error})", where="--metric") from error
    if not isinstance(metric, Metric):
        raise InputError(f"{name!r} is no metric", where="--metric", hint="see docs/metrics.md")
    return metric
