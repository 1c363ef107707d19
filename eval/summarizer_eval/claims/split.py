"""A summary as clause-sized claims with exact places; Chinese and English."""

from __future__ import annotations

import re

from summarizer.sentences import ABBREVIATIONS

__all__ = ["claim_spans"]

# Ends of a clause. A comma between digits or inside brackets or quotes ends nothing.
_HARD = frozenset("。！？!?；;\n")
_SOFT = frozenset("，,")
_OPEN = {"（": "）", "(": ")", "《": "》", "「": "」", "【": "】", "[": "]"}
_MARKER = re.compile(r"^\s*(?:[-*•·●▪◦–—]+|#{1,6}|\(?\d{1,2}[.、)）](?!\d)|[①-⑳])\s*(?:\*\*)?")
_NOTE = re.compile(
    r"^[（(【\[]?\s*(?:注[:：])?(?:严格)?(?:控制在|共|约|全文|字数[:：]?)*\s*\d{1,4}\s*(?:个?字|words?)"
    r"(?:以内|之内|内|左右)?\s*[)）】\]]?[。.]?$"
)
_NOTE_BEHIND = re.compile(
    r"\s*[（(【\[]\s*(?:共|约|全文|字数[:：]?)*\s*\d{1,4}\s*(?:个?字|words?)\s*[)）】\]]$"
)
"""A length note in brackets at the end of a clause that ends with no mark, such as an address."""
_LONGEST = 400
"""Characters after which a clause is cut at a space, and after twice as many anywhere."""
_LONGEST_NOTE = 40
"""Characters of a length note."""
_SHORTEST = 4
"""Letters below which a clause is joined to the next one: 此外, 例如, "In fact"."""


def claim_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each claim, in order; list markers and length notes are none."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end, hard in _cuts(text):
        left, right = _trimmed(text, start, end)
        note = _NOTE_BEHIND.search(text, max(left, right - _LONGEST_NOTE), right)
        if note is not None and note.start() > left:
            right = note.start()
        if right <= left or _NOTE.match(text[left:right]):
            start = end
            continue
        if not hard and _letters(text[left:right]) < _SHORTEST:
            continue
        if any(char.isalnum() for char in text[left:right]):
            spans.append((left, right))
        start = end
    return spans


def _cuts(text: str) -> list[tuple[int, bool]]:
    """Ends of clauses and whether a sentence ends there too."""
    cuts: list[tuple[int, bool]] = []
    closing: list[tuple[str, int]] = []
    last = 0
    for place, char in enumerate(text):
        # A text without punctuation is no clause: work for it must not grow with its square.
        if place - last > _LONGEST and (char.isspace() or place - last > 2 * _LONGEST):
            cuts.append((place, True))
        last = cuts[-1][0] if cuts else 0
        # An open bracket that is never closed must not swallow the rest of the text.
        if closing and (char == closing[-1][0] or place - closing[-1][1] > 80 or char == "\n"):
            closing.pop() if char != "\n" else closing.clear()
        elif char in _OPEN:
            closing.append((_OPEN[char], place))
        if closing:
            continue
        if char in _HARD:
            cuts.append((place + 1, True))
        elif (char in _SOFT and not _inside_number(text, place)) or _full_stop(text, place):
            cuts.append((place + 1, char == "."))
    cuts.append((len(text), True))
    return cuts


def _inside_number(text: str, place: int) -> bool:
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return text[place] == "," and len(around) == 2 and around.isascii() and around.isdigit()


def _full_stop(text: str, place: int) -> bool:
    if text[place] != ".":
        return False
    after = text[place + 1 : place + 2]
    if after and not after.isspace():
        return False
    word = re.search(r"[A-Za-z.]+$", text[max(0, place - 8) : place])
    return not (word and word[0].lower() in ABBREVIATIONS)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    if (start == 0 or "\n" in text[max(0, start - 1) : start]) and (match := _MARKER.match(piece)):
        start += match.end()
        piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    while right > left and text[right - 1] in "。；;，,！!？?.":
        right -= 1
    return left, right


def _letters(text: str) -> int:
    return sum(2 if "\u4e00" <= char <= "\u9fff" else 1 for char in text if char.isalnum()) // 2
