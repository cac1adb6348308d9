"""Country, city and network of addresses out of files: no network, microseconds an address.

Open once per container. The files are mapped into memory: opening reads headers only, and what is
never looked up never leaves the disk.
"""

from __future__ import annotations

import mmap
import socket
import struct
import sys
from bisect import bisect_right
from pathlib import Path
from typing import Final

import maxminddb
from maxminddb import Reader

from shared.core.addresses import Network, Place

IN_THE_BUNDLE: Final = Path(__file__).resolve().parents[2] / "address-data"
"""The folder that bundling puts beside ``shared``."""

_HEADER: Final = struct.Struct("<8s5I4x")
_MARK: Final = b"PSNETS\x00\x01"
_NOWHERE: Final = Place()
_NO_NETWORK: Final = Network()


class AddressDataMissing(Exception):
    """A database is not where the settings say, or is none: found at start, not at the first address."""


class NetworkTable:
    """The compiled table of autonomous systems; its layout is described in ``infra/address_data.py``."""

    def __init__(self, path: Path) -> None:
        if sys.byteorder == "big":
            raise AddressDataMissing("networks.bin is read in place and needs a little-endian machine")
        try:
            with path.open("rb") as file:
                self._data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            mark, count4, count6, systems, names, _ = _HEADER.unpack_from(self._data)
        except (OSError, ValueError, struct.error) as error:
            raise AddressDataMissing(f"{path}: {error}") from None
        ranges, at = count4 + count6, _HEADER.size
        expected = at + 8 * count6 + 4 * count4 + 4 * ranges + 4 * systems + 4 * (systems + 1) + names
        if mark != _MARK or len(self._data) != expected:
            raise AddressDataMissing(f"{path} is not a table of networks, or is cut short")
        self._starts6 = self._data[at : (at := at + 8 * count6)].cast("Q")
        self._starts4 = self._data[at : (at := at + 4 * count4)].cast("I")
        self._systems6 = self._data[at : (at := at + 4 * count6)].cast("I")
        self._systems4 = self._data[at : (at := at + 4 * count4)].cast("I")
        self._numbers = self._data[at : (at := at + 4 * systems)].cast("I")
        self._offsets = self._data[at : (at := at + 4 * (systems + 1))].cast("I")
        self._names = self._data[at:]

    def __getitem__(self, address: str) -> Network:
        try:
            if ":" in address:
                key = int.from_bytes(socket.inet_pton(socket.AF_INET6, address)[:8])
                found = bisect_right(self._starts6, key) - 1
                system = self._systems6[found] if found >= 0 else 0
            else:
                key = int.from_bytes(socket.inet_pton(socket.AF_INET, address))
                found = bisect_right(self._starts4, key) - 1
                system = self._systems4[found] if found >= 0 else 0
        except (OSError, ValueError):
            return _NO_NETWORK
        if system == 0:
            return _NO_NETWORK
        name = bytes(self._names[self._offsets[system] : self._offsets[system + 1]])
        return Network(self._numbers[system], name.decode() or None)


class BundledPlaces:
    """``Places`` out of the bundled country and network data and, where there is one, a city database.

    The city database is the operator's own, in the shape of GeoLite2/DB-IP (``city.names.en``,
    ``country.iso_code``) or flat (``city``, ``country_code``). A city comes with the country of the
    same database, so that the two never contradict each other.
    """

    def __init__(self, folder: Path, city_database: Path | None = None) -> None:
        self._countries = _open(folder / "countries.mmdb")
        self._networks = NetworkTable(folder / "networks.bin")
        self._cities = _open(city_database) if city_database else None

    def place(self, address: str) -> Place:
        if self._cities is not None:
            record = _record(self._cities, address)
            city = _text(record, "city", "names", "en")
            country = _country(record)
            if city and country:
                return Place(country, city)
        country = _country(_record(self._countries, address))
        return Place(country) if country else _NOWHERE

    def network(self, address: str) -> Network:
        return self._networks[address]


def _open(path: Path) -> Reader:
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        raise AddressDataMissing(f"{path}: {error}") from None


def _record(database: Reader, address: str) -> object:
    try:
        return database.get(address)
    except (ValueError, TypeError):  # not an address; TypeError where it holds a NUL
        return None


def _country(record: object) -> str | None:
    """ISO code, upper case; codes that databases invent for nowhere (ZZ, EU) are none."""
    code = _text(record, "country_code") or _text(record, "country", "iso_code")
    if code is None or len(code) != 2 or not (code.isascii() and code.isalpha()):
        return None
    return None if (code := code.upper()) in {"ZZ", "EU", "AP", "XX"} else code


def _text(value: object, *path: str) -> str | None:
    for key in path:
        if isinstance(value, str):
            break
        value = value.get(key) if isinstance(value, dict) else None
    return value.strip() or None if isinstance(value, str) else None
