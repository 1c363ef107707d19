"""The data files beside the rules: aliases, places, opposites, nouns."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["data_file"]


@cache
def data_file(name: str) -> Any:
    """What ``NAME.json`` beside this module holds."""
    folder = files("summarizer_eval.claims")
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
