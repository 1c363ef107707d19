"""BERTScore (Zhang et al. 2020) by the bert-score package; models of the hub or of a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.document import main_language
from summarizer.errors import InputError, MissingExtra
from summarizer_eval.metric import Direction, Value
from summarizer_eval.metrics.common import (
    package_version,
    references_text,
    unscored,
    with_references,
)
from summarizer_eval.rouge import Score, over_references
from summarizer_eval.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer_eval.metric import Item

__all__ = ["BertScoreMetric"]

_DEFAULTS = {"zh": "bert-base-chinese", "en": "roberta-large"}
"""What bert-score takes for a language."""


class BertScoreMetric:
    """BERTScore against the stored summaries: F, precision and recall, each about 0 to 1, higher
    is better; no idf weights, no rescaling.

    Args:
        model: a model's name or its folder on disk, ``@LAYER`` behind it for another layer than the
            package's (for a model that it does not know: the last). Empty: bert-score's choice for
            each language. A model that is only named is downloaded when first used.
        rule: ``mean`` or ``max`` over several references.
        references: where references come from, for the signature.

    Raises:
        MissingExtra: bert-score (and PyTorch with it) is not installed.
        InputError: a folder holds no model, or a model cannot be loaded.
    """

    against = "stored"
    one_process = True  # each process would load the model anew

    def __init__(self, model: str = "", *, rule: str = "mean", references: str = "stored") -> None:
        try:
            import bert_score
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "bert-score", extra="bertscore", purpose="the metric bertscore"
            ) from error
        self._package: Any = bert_score
        name, at, layer = model.rpartition("@")
        chosen = bool(at) and layer.isdecimal()
        self._model = name if chosen else model
        self._layer = int(layer) if chosen else None
        self._identity = _identity(self._model) if self._model else "default"
        self._scorers: dict[str, Any] = {}
        self._rule = rule
        self._references = references
        self.names: tuple[str, ...] = ("bertscore", "bertscore_precision", "bertscore_recall")
        self.directions: Mapping[str, Direction] = dict.fromkeys(self.names, "higher")

    def signature(self, name: str) -> Signature:
        """How the figure of this name is measured."""
        return Signature(
            {
                "metric": name,
                "version": "2",
                "model": self._identity,
                "layer": "default" if self._layer is None else str(self._layer),
                "refs": references_text(self._references, self._rule),
            },
            {
                "bert-score": package_version("bert-score"),
                "transformers": package_version("transformers"),
            },
        )

    def score(self, item: Item) -> Mapping[str, Value]:
        """A value for each of `names`. Pair by pair: within a batch, padding moves the last digits,
        and a score would depend on what stands beside it."""
        pair = with_references(item)
        if isinstance(pair, str):
            return unscored(self.names, pair)
        summary, references = pair
        if not summary.strip():
            return unscored(self.names, "no-words")
        scorer = self._scorer("zh" if main_language(summary) == "zh" else "en")
        scores = []
        for reference in references:
            precision, recall, f = (float(x[0]) for x in scorer.score([summary], [reference]))
            scores.append({"bertscore": Score(precision, recall, f)})
        found = over_references(scores, self._rule)["bertscore"]
        values = (found.fmeasure, found.precision, found.recall)
        return {name: Value(value) for name, value in zip(self.names, values, strict=True)}

    def _scorer(self, language: str) -> Any:
        model = self._model or _DEFAULTS[language]
        if model not in self._scorers:
            self._scorers[model] = _loaded(self._package, model, self._layer)
        return self._scorers[model]


def _loaded(package: Any, model: str, layer: int | None) -> Any:
    from transformers import AutoConfig  # type: ignore[import-not-found,unused-ignore]
    from transformers.utils import logging  # type: ignore[import-not-found,unused-ignore]

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        config = AutoConfig.from_pretrained(model)
        if layer is None:
            known = package.utils.model2layers
            layer = known.get(model) or known.get(Path(model).name) or config.num_hidden_layers
        scorer = package.BERTScorer(model_type=model, num_layers=layer)
    except (OSError, ValueError, KeyError, AssertionError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise InputError(
            f"cannot load the model {model!r} ({reason})",
            where="bertscore",
            hint="name a folder with a model on this disk: --metric bertscore=FOLDER",
        ) from error
    # Tokenizers that were saved without a limit would cut nowhere, and the model would break.
    tokenizer = scorer._tokenizer
    room = getattr(config, "max_position_embeddings", None)
    if room and tokenizer.model_max_length > room:
        tokenizer.model_max_length = room
    return scorer


def _identity(model: str) -> str:
    """The model's name; of a folder its last part and a digest of what it holds, never its place.

    Raises:
        InputError: it looks like a folder and holds no model.
    """
    folder = Path(model)
    if not folder.is_dir():
        if folder.is_absolute() or model.startswith((".", "~")):
            raise InputError("no such folder", where=f"bertscore={model}")
        return model
    if not (folder / "config.json").is_file():
        raise InputError(
            "holds no model (no config.json)",
            where=f"bertscore={model}",
            hint="a folder as save_pretrained writes it: configuration, tokenizer and weights",
        )
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".txt", ".model", ".safetensors", ".bin"):
            digest.update(path.name.encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{folder.resolve().name}-{digest.hexdigest()[:12]}"
