"""What a number of a text is, and when two of them are the same."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CN_DIGITS", "Quantity", "agree"]

CN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text."""

    start: int
    end: int
    value: float
    kind: str
    """``percent``, ``times``, ``year`` or ``plain``."""
    step: float
    """The value of one unit in the last place shown: how exact it is."""
    small: bool = False
    """A numeral that could be a word of the language (一, two): proves and refutes little."""


_ROUNDEST = 0.15
"""Share of a value that rounding to the digits shown may take away: 1 says nothing of 0.6."""


def agree(said: Quantity, there: Quantity) -> bool:
    """Whether a number that is said is that of a source, perhaps rounded or cut.

    What is said may show fewer digits than the source, never more; years agree only exactly.
    """
    kinds = {said.kind, there.kind}
    if len(kinds) > 1 and not kinds <= {"plain", "times"} and not kinds <= {"plain", "year"}:
        return False
    difference = there.value - said.value
    if abs(difference) < 1e-9 * max(1.0, abs(said.value)) + 1e-7:  # 0.1929万 is no exact float
        return True
    if "year" in kinds or said.step <= there.step:
        return False
    if abs(difference) > _ROUNDEST * max(abs(said.value), abs(there.value)):
        return False
    return -0.5 * said.step - 1e-9 <= difference < said.step
