"""What is known of addresses without asking anybody: their places.

Apart from ``lookups``: the functions that only ask the DNS have no databases, and nothing to read them with.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from shared import settings
from shared.adapters.geoip import BundledPlaces
from shared.core.addresses import Places
from shared.wiring.environment import optional

_BUNDLED: Final = Path(__file__).resolve().parents[2] / "address-data"


@cache
def places() -> Places:
    folder = optional(settings.ADDRESS_DATA)
    city = optional(settings.CITY_DATABASE)
    return BundledPlaces(Path(folder) if folder else _BUNDLED, Path(city) if city else None)
