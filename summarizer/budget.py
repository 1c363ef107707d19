"""--max-cost: money is reserved before a call and settled after it.

Guarantee: what is spent and what is in flight never exceed the limit by more than the calls in
flight turn out to cost above their reservations, and that is counted in too. A call whose cost
stays unknown counts as its whole reservation. Safe for threads and for one event loop.
"""

from __future__ import annotations

import math
import threading

from summarizer.errors import BudgetReached, InputError

__all__ = ["Budget"]

# Sums of binary fractions: a limit of 0.3 has room for three calls at 0.1.
_SLACK = 1e-9


class Budget:
    """How much may still be spent.

    Args:
        limit_usd: US dollars, at least 0; None: no limit, but everything is still counted.
    """

    def __init__(self, limit_usd: float | None = None, *, spent_usd: float = 0.0) -> None:
        if limit_usd is not None and not (math.isfinite(limit_usd) and limit_usd >= 0):
            raise InputError("must be a sum of at least 0 dollars", where="--max-cost")
        self.limit_usd = limit_usd
        self._settled = [spent_usd]
        self._open: dict[int, float] = {}
        self._next = 0
        self._lock = threading.Lock()

    @property
    def spent_usd(self) -> float:
        """US dollars of settled calls."""
        with self._lock:
            return math.fsum(self._settled)

    @property
    def in_flight_usd(self) -> float:
        """US dollars reserved by calls that have not been settled."""
        with self._lock:
            return math.fsum(self._open.values())

    def reserve(self, estimate_usd: float | None) -> int:
        """Set aside the most that a call is expected to cost; returns a token for `settle`.

        Raises:
            BudgetReached: the limit has no room for it. Calls in flight may still come in below
                their reservations: a caller may wait for them and try again.
            InputError: there is a limit, and the price is unknown.
        """
        with self._lock:
            if self.limit_usd is not None:
                if estimate_usd is None:
                    raise InputError(
                        "the price of this model is unknown, so no limit can be held",
                        where="--max-cost",
                        hint="add its price to your models.json (docs/money.md), or drop the limit",
                    )
                used = math.fsum([*self._settled, *self._open.values()])
                if used + estimate_usd > self.limit_usd + _SLACK:
                    raise BudgetReached(
                        f"${self.limit_usd:g} has no room for a call of up to "
                        f"${estimate_usd:.6f}: ${math.fsum(self._settled):.6f} spent, "
                        f"${math.fsum(self._open.values()):.6f} in flight",
                        where="--max-cost",
                        hint="what came in is saved; run again with a higher limit to go on",
                    )
            token = self._next
            self._next += 1
            self._open[token] = estimate_usd or 0.0
            return token

    def settle(self, token: int, actual_usd: float | None) -> None:
        """Replace a reservation by what the call cost; None: unknown, so the whole reservation.

        A call that was never sent, or that the provider does not bill, settles with 0.0. Settling
        twice does nothing.
        """
        with self._lock:
            reserved = self._open.pop(token, None)
            if reserved is None:
                return
            self._settled.append(reserved if actual_usd is None else actual_usd)
            if len(self._settled) > 1000:
                self._settled = [math.fsum(self._settled)]
