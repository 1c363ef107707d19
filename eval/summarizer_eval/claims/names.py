"""Names in Latin letters: models, people, organisations, products; compared as whole tokens.

Case, spaces and hyphens are folded, nothing else: ``o3`` is not ``GPT-3``, ``GPT-4o`` not
``GPT-4``. Aliases (谷歌 = Google) come from ``aliases.json``, which users extend.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

__all__ = ["Name", "aliases", "fold", "is_size", "names", "occurs"]

_NAME = re.compile(
    r"[A-Za-zÀ-ɏ][A-Za-z0-9À-ɏ]*"
    r"(?:[-.+_/][A-Za-z0-9À-ɏ]+|[ ](?=\d[\d.]*(?![\dA-Za-z]))\d[\d.]*)*\+*"
    r"(?:[ ](?:mini|nano|Mini|Nano|Pro|Flash|Max|Ultra|Turbo|Lite|Air|Plus|Opus|Sonnet|Haiku)"
    r"(?![A-Za-z0-9]))?"
    r"|(?<![\d.,A-Za-z])(?:\d[A-Z]{2,}[a-z]?|[2-7]G|[2-4]D)(?![A-Za-z0-9])"
)
_LATEX_ACCENT = re.compile(r"""\\["'`^~=.]\{?([A-Za-z])\}?""")
_FOLD = re.compile(r"[\s\-_./]+")
_PLAIN = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "into", "is", "it",
     "its", "of", "on", "or", "that", "the", "this", "to", "was", "were", "with", "vs", "via",
     "per", "not", "no", "than", "then", "also", "can", "may", "will", "has", "have", "we", "our",
     "they", "their", "he", "she", "you", "your", "what", "which", "how", "all", "more", "new",
     "one", "two", "ai", "app", "api", "pc", "ceo", "cto", "id", "ok", "tv", "pdf", "url", "web",
     "demo", "code", "data", "bug", "lab", "labs", "inc", "ltd", "corp", "ip"}
)  # fmt: skip
_SIZE = re.compile(r"[ -](?:mini|nano|pro|flash|max|ultra|turbo|lite)$", re.IGNORECASE)


def is_size(word: str) -> bool:
    """mini, Pro, Turbo: with it, a name is another model's."""
    return _SIZE.fullmatch(f" {word}") is not None


_UNIT = re.compile(
    r"[kKMGT]?(?:Hz|W|B|V|J|Pa|m|g|bps|Wh)|dB|[cm]m|ms|mAh|eV|keV|[MG]eV|hours?|mins?|K|C"
)
# What may begin an English sentence, and then has a capital that says nothing.
_OPENING = frozenset(
    {"after", "although", "another", "because", "before", "both", "but", "despite", "during",
     "each", "he", "her", "his", "however", "if", "later", "most", "moreover", "once", "one",
     "other", "others", "over", "she", "since", "some", "such", "their", "then", "there", "these",
     "they", "those", "though", "through", "under", "until", "using", "when", "where", "while",
     "who", "with", "within", "without", "yet"}
)  # fmt: skip
# Tails that make an adjective of a name; -mini and -turbo make another name.
_TAILS = frozenset(
    {"aware", "backed", "based", "centered", "centric", "compatible", "driven", "enabled",
     "focused", "free", "generated", "inspired", "led", "level", "like", "native", "only",
     "oriented", "owned", "powered", "related", "run", "specific", "style", "themed", "trained",
     "wide"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a text."""

    start: int
    end: int
    text: str


def fold(name: str) -> str:
    """A name without case, accents, spaces, hyphens and dots."""
    if not name.isascii():
        name = "".join(
            char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char)
        )
    return _FOLD.sub("", name).casefold()


def names(text: str) -> list[Name]:
    """Latin-letter names of a text: what holds a capital or a digit, or stands in Chinese text."""
    han = any("\u4e00" <= char <= "\u9fff" for char in text)
    found = []
    for match in _NAME.finditer(text):
        token = match[0].rstrip("./-_")
        first, _, number = token.partition(" ")
        if number and first.islower():  # an added 10%: no name with a version
            token = first
        if len(token) < 2 or token.casefold() in _PLAIN or _opens(token, text, match.start()):
            continue
        if text[match.start() - 1 : match.start()].isdigit():  # 24GB: a unit, no name
            continue
        before = text[max(0, match.start() - 3) : match.start()].rstrip()
        if _UNIT.fullmatch(token) and before[-1:].isdigit():  # 4 Hz
            continue
        telling = any(char.isupper() or char.isdigit() for char in token)
        if telling or han:
            found.append(Name(match.start(), match.start() + len(token), token))
    return found


def _opens(word: str, text: str, start: int) -> bool:
    """After, Ultimately at the beginning of an English sentence."""
    if not word.istitle() or not word.isalpha():
        return False
    before = text[max(0, start - 6) : start].rstrip(" \"'“‘(")
    begins = not before or before.endswith((".", "!", "?", ":", ";", "\n", "-", "•"))
    return begins and (word.casefold() in _OPENING or word.endswith("ly"))


def occurs(name: str, text: str, folded_tokens: frozenset[str]) -> bool:
    """Whether a name, or an alias of it, stands in a text.

    Args:
        text: the source and its title.
        folded_tokens: `token_set` of it.
    """
    wanted = fold(name)
    if wanted in folded_tokens:
        return True
    for alias in aliases().get(wanted, ()):
        if fold(alias) in folded_tokens or (not alias.isascii() and alias in text):
            return True
    letters = name.replace(".", "")
    if letters.isupper() and 2 <= len(letters) <= 6 and _initials(letters, text):
        return True
    if "/" in name:  # WeChat/QQ
        return all(occurs(part, text, folded_tokens) for part in name.split("/") if part)
    parts = [part for part in re.split(r"[-_/ ]+", name) if part]
    if _SIZE.search(name):  # GPT-4o mini, where the source has GPT-4o and GPT-4.1 mini
        return fold("".join(parts[-2:])) in folded_tokens
    if len(parts) > 1 and parts[-1] in _TAILS:
        return all(fold(part) in folded_tokens for part in parts[:-1])
    if not (len(parts) > 1 and all(_has_part(part, folded_tokens) for part in parts)):
        return False
    # UI-Genie-RM-16k, where 16k stands behind another name
    return len(parts) < _LONG or _stand_together(parts[-2:], text)


_LONG = 3
"""Parts of a name from which on it must end as it does in the text."""


def _stand_together(parts: list[str], text: str) -> bool:
    joined = r"[^A-Za-z0-9]{0,3}".join(re.escape(part) for part in parts)
    return re.search(joined, text, re.IGNORECASE) is not None


def _has_part(part: str, folded_tokens: frozenset[str]) -> bool:
    """Whether a part of a name is there; 0.6 also in 0.6B."""
    folded = fold(part)
    if folded in folded_tokens:
        return True
    return "." in part and any(token.startswith(folded) for token in folded_tokens)


def token_set(text: str) -> frozenset[str]:
    """Every way in which up to four neighbouring Latin tokens of a text can be one name, folded."""
    text = _LATEX_ACCENT.sub(r"\1", text)
    tokens = [
        (match.start(), match.end(), match[0]) for match in re.finditer(r"[A-Za-z0-9À-ɏ.+]+", text)
    ]
    found: set[str] = {
        piece.casefold()
        for _, _, token in tokens
        if "." in token
        for piece in token.split(".")
        if len(piece) > 3 and piece.isalpha()  # github.com
    }
    folded = [
        token.lower() if token.isascii() and token.isalnum() else fold(token)
        for _, _, token in tokens
    ]
    apart = [0, *(start - end > 1 for (_, end, _), (start, _, _) in pairwise(tokens)), 1]
    together: set[str] = set()
    for index, joined in enumerate(folded):
        together.add(joined)
        for end in range(index + 1, index + 4):
            if apart[end]:
                break
            joined += folded[end]
            together.add(joined)
    found |= together
    found.update([name[:-1] if name.endswith("s") else name + "s" for name in together])
    found.update([name.rstrip("+") for name in together if name.endswith("+")])
    return frozenset(found)


def _initials(name: str, text: str) -> bool:
    """An acronym whose letters begin neighbouring words: CNN of convolutional neural network."""
    letters = r"[\w-]*\W{1,3}(?:(?:of|and|for|the|in|to|on)\W)?".join(
        re.escape(letter) for letter in name
    )
    return re.search(r"\b" + letters, text, re.IGNORECASE) is not None


@cache
def aliases() -> dict[str, tuple[str, ...]]:
    """Folded name to the other names of the same thing."""
    text = (files("summarizer_eval.claims") / "aliases.json").read_text(encoding="utf-8")
    table: dict[str, tuple[str, ...]] = {}
    data = json.loads(text)
    for group in [*data["names"], *data["groups"]]:
        for name in group:
            others = tuple(other for other in group if other != name)
            table[fold(name)] = table.get(fold(name), ()) + others
            for word in name.split() if " " in name and name.isascii() else ():
                if len(word) > 3 and word[0].isupper():  # a part of a person's name stands for it
                    table[fold(word)] = table.get(fold(word), ()) + tuple(group)
    return table
