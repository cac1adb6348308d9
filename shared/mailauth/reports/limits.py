"""How much one delivery may cost us, and the meter that holds it to that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one delivery (a mail, a file, an upload). Sizes in bytes, time in CPU seconds."""

    message: int = 40 * 2**20
    inflated: int = 100 * 2**20
    ratio: int = 200
    ratio_floor: int = 2**20
    """The ratio is judged only once this much has been inflated: small reports compress well."""
    members: int = 10
    archives_deep: int = 2
    parts: int = 200
    parts_deep: int = 10
    xml_deep: int = 16
    rows: int = 100_000
    dkim_per_row: int = 100
    json: int = 4 * 2**20
    """JSON is read whole, and costs some twenty times its size in memory while it is."""
    text: int = 64 * 2**10
    cpu: float = 10.0
