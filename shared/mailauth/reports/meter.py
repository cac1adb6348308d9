"""What one delivery has cost so far, and the stop when it would cost too much."""

from __future__ import annotations

from collections.abc import Callable

from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.reading import Exceeded, Reason


class Meter:
    """Counts inflated bytes and CPU time over a whole delivery: one meter for all that is in it.

    ``clock`` gives CPU seconds of the thread that reads (``time.thread_time``).
    """

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._clock = clock
        self._started = clock()
        self._inflated = 0

    def inflated(self, n: int, compressed_so_far: int) -> None:
        """Count ``n`` more bytes that came out of a decompressor.

        ``compressed_so_far`` is what all decompressors of this delivery have consumed until now,
        so that many small members are judged together and not one by one.
        """
        self._inflated += n
        if self._inflated > self.limits.inflated:
            raise Exceeded(Reason.TOO_LARGE, f"more than {self.limits.inflated} bytes when inflated")
        allowed = self.limits.ratio * compressed_so_far
        if self._inflated > self.limits.ratio_floor and self._inflated > allowed:
            raise Exceeded(
                Reason.COMPRESSION_BOMB, f"inflates to more than {self.limits.ratio} times its size"
            )
        self.tick()

    def tick(self) -> None:
        """Look at the clock; call it at least once for every few hundred kilobytes read."""
        if self._clock() - self._started > self.limits.cpu:
            raise Exceeded(Reason.TOO_EXPENSIVE, f"takes more than {self.limits.cpu:g} s of CPU time")
