"""How often the default gate passes, regresses or cannot tell, with and without planted harm.

    python benchmarks/gate.py ARCHIVE [--draws 1000] [--sizes 30,60,120,200,300]

Sources of ARCHIVE with three different stored summaries give A/A pairs: one summary is the
reference, the others are baseline and candidate. Prints outcomes by size with their Monte Carlo
standard error; then the same with harm planted in the candidate: in independent generations
(baseline and candidate are different summaries) and in the same generation (the harm alone
differs).

Then the proof of what `summarizer init` says: on one half of the sources the size is named from
which each harm is found in 80% of checks; on the other half it is measured, and the other way
round.

Last, a model that invents numbers in some of its summaries: the archive's own have none that its
sources lack, so flags are drawn at given rates.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING

from summarizer import read_archive
from summarizer_eval.calibration import Triples
from summarizer_eval.gate import Gate
from summarizer_eval.harms import standard_harms
from summarizer_eval.sizing import named_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from summarizer.document import Document


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
    sizes = [int(size) for size in options.sizes.split(",")]
    for harm in [None, *standard_harms(document.reference for document in documents)]:
        harmed = triples.harmed(harm.plant) if harm else None
        name, share = (harm.name, harm.share) if harm else ("A/A", 1.0)
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
    prove_sizes(documents, draws=options.draws, seed=options.seed)
    invent_numbers(draws=options.draws, seed=options.seed)


def prove_sizes(documents: Sequence[Document], *, draws: int, seed: int) -> None:
    """Sizes named on one half of the sources, measured on the other."""
    keys = sorted({document.key for document in documents})
    halves = [
        Triples([item for item in documents if item.key in chosen], seed=seed + number)
        for number, chosen in enumerate((set(keys[::2]), set(keys[1::2])), start=1)
    ]
    out = sys.stdout
    counts = " and ".join(str(len(half)) for half in halves)
    out.write(f"\nsizes named on one half ({counts} sources), measured on the other\n\n")
    out.write(f"{'what':<34} {'named':>6} {'independent':>12} {'same':>6} {'±':>6}\n")
    for harm in standard_harms(document.reference for document in documents):
        for here, there in (halves, halves[::-1]):
            size = named_size(here, harm)
            if size is None:
                out.write(f"{harm.name:<34} {'-':>6}\n")
                continue
            harmed = there.harmed(harm.plant)
            apart, same = (
                there.rates(size, draws=draws, harmed=harmed, share=harm.share, same=same)
                for same in (False, True)
            )
            error = max(apart.monte_carlo_error, same.monte_carlo_error)
            out.write(
                f"{harm.name:<34} {size:>6} {apart.regressed:>12.3f} {same.regressed:>6.3f} "
                f"{error:>6.3f}\n"
            )
            out.flush()


def invent_numbers(*, draws: int, seed: int) -> None:
    """The flag alone, where both sides raise it by themselves at some rate."""
    gate = Gate(margins={"unseen_number": Gate().margins["unseen_number"]}, collapse={})
    generator = random.Random(seed)
    out = sys.stdout
    out.write("\nunseen_number alone, both sides raising it in a share of their summaries\n\n")
    out.write(f"{'share':>6} {'size':>5} {'pass':>6} {'regress':>8}\n")

    def flags(size: int, rate: float) -> dict[str, float]:
        return {str(number): float(generator.random() < rate) for number in range(size)}

    for rate in (0.01, 0.02, 0.03, 0.05):
        for size in (120, 200, 300):
            outcomes: Counter[str] = Counter()
            for _ in range(draws):
                before, after = flags(size, rate), flags(size, rate)
                found = gate.decide({"unseen_number": before}, {"unseen_number": after})
                outcomes[found.outcome] += 1
            passed, regressed = (outcomes[name] / draws for name in ("pass", "regress"))
            out.write(f"{rate:>6.2f} {size:>5} {passed:>6.3f} {regressed:>8.3f}\n")


if __name__ == "__main__":
    main()
