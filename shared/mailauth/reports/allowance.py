"""What may still be opened of one delivery: MIME parts, and what decompressors took and gave."""

from __future__ import annotations

from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Exceeded, Reason


class Allowance:
    """Counts the parts of a delivery and what was compressed; its meter counts bytes and CPU time."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.limits: Limits = meter.limits
        self._parts = 0
        self._compressed = 0

    def part(self, depth: int) -> None:
        """Count one MIME entity, ``depth`` levels of multipart and message below the outermost."""
        self._parts += 1
        self.parts_fit(0)
        if depth > self.limits.parts_deep:
            raise Exceeded(
                Reason.NESTED_TOO_DEEP,
                f"MIME nested more than {self.limits.parts_deep} deep",
            )
        self.meter.tick()

    def parts_fit(self, more: int) -> None:
        """Stop if ``more`` parts on top of those counted would be too many."""
        if self._parts + more > self.limits.parts:
            raise Exceeded(Reason.TOO_MANY_PARTS, f"more than {self.limits.parts} MIME parts")

    def took(self, compressed: int) -> None:
        """Count bytes handed to a decompressor."""
        self._compressed += compressed

    def gave(self, inflated: int) -> None:
        """Count bytes that came out of a decompressor, and hold them to size and ratio."""
        self.meter.inflated(inflated, self._compressed)
