"""Characters that a reader cannot see, or that turn the text around them."""

from __future__ import annotations

import re

__all__ = ["CONTROL"]

CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Controls, bidi marks and overrides, zero-width characters (not the joiners of emoji), tags, lone
surrogates, and what XML 1.0 has no place for."""
