"""How often the default gate passes, regresses or cannot tell, with and without planted harm.

    python benchmarks/gate.py ARCHIVE [--draws 1000] [--sizes 30,60,120,200,300]

Sources of ARCHIVE with three different stored summaries give A/A pairs: one summary is the
reference, the others are baseline and candidate. Prints outcomes by size with their Monte Carlo
standard error; then the same with harm planted in the candidate: in independent generations
(baseline and candidate are different summaries) and in the same generation (the harm alone
differs).
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from summarizer import read_archive
from summarizer_eval.calibration import Triples

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_DIGIT = re.compile(r"(?<![A-Za-z0-9])\d+(?:\.\d+)?")


def wrong_digit(text: str, generator: random.Random) -> str:
    """One digit of one number becomes another."""
    found = list(_DIGIT.finditer(text))
    if not found:
        return text
    match = generator.choice(found)
    place = generator.choice([i for i in range(match.start(), match.end()) if text[i] != "."])
    other = generator.choice([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + other + text[place + 1 :]


def half(text: str, generator: random.Random) -> str:
    """The second half is gone."""
    return text[: max(1, len(text) // 2)]


def without_a_sentence(text: str, generator: random.Random) -> str:
    """One sentence is gone, where there are several."""
    parts = [part for part in re.split(r"(?<=[。！？.!?])\s*", text) if part]
    if len(parts) < 2:
        return text
    gone = generator.randrange(len(parts))
    return "".join(part for index, part in enumerate(parts) if index != gone)


class Swapped:
    """The summary of another source."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts

    def __call__(self, text: str, generator: random.Random) -> str:
        """Any other summary."""
        return generator.choice(self._texts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archive")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--sizes", default="30,60,120,200,300")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    documents = list(read_archive(options.archive))
    triples = Triples(documents, seed=options.seed)
    out = sys.stdout
    out.write(f"{len(triples)} sources with three summaries, {options.draws} draws\n\n")
    out.write(f"{'what':<34} {'pairs':<12} {'size':>5} {'pass':>6} {'regress':>8} {'±':>6} "
              f"{'inconcl.':>9}\n")  # fmt: skip
    texts = [document.reference for document in documents if document.reference]
    harms: list[tuple[str, Callable[[str, random.Random], str] | None, float]] = [
        ("A/A", None, 0),
        ("a wrong digit in 10%", wrong_digit, 0.1),
        ("10% cut to half", half, 0.1),
        ("30% cut to half", half, 0.3),
        ("5% swapped", Swapped(texts), 0.05),
        ("one sentence dropped everywhere", without_a_sentence, 1.0),
    ]
    sizes = [int(size) for size in options.sizes.split(",")]
    for name, harm, share in harms:
        harmed = triples.harmed(harm) if harm else None
        for same in (False, True) if harm else (False,):
            for size in sizes:
                rates = triples.rates(
                    size, draws=options.draws, harmed=harmed, share=share, same=same
                )
                out.write(
                    f"{name:<34} {'same' if same else 'independent':<12} {size:>5} "
                    f"{rates.passed:>6.3f} {rates.regressed:>8.3f} "
                    f"{rates.monte_carlo_error:>6.3f} {rates.inconclusive:>9.3f}\n"
                )
                out.flush()


if __name__ == "__main__":
    main()
