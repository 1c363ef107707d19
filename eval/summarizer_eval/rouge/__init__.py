"""ROUGE (Lin 2004), equal to the ``rouge-score`` package to the last digit, and faster."""

from summarizer_eval.rouge.scorer import Prepared, Rouge, Score, over_references

__all__ = ["Prepared", "Rouge", "Score", "over_references"]
