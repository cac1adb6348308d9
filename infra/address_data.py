"""Makes the folder of address data that goes into the worker bundles, out of two pinned npm packages.

``countries.mmdb`` is the country database as it came. ``networks.bin`` is compiled from the CSV of
autonomous systems into arrays that the reader maps into memory and bisects. ``NOTICE`` names the sources,
as their licences ask. Equal packages give equal bytes.

Layout of ``networks.bin``, all little-endian: the 8-byte mark ``PSNETS\\x00\\x01``, then five 32-bit counts
(IPv4 ranges, IPv6 ranges, systems, bytes of names, zero), 4 bytes of padding, and the sections, widest first:

- IPv6 starts: the upper 64 bits of each range's first address (nothing finer than /64 is told apart)
- IPv4 starts: 32 bits each
- for each IPv6 range, then each IPv4 range: 32-bit index of its system
- for each system: 32-bit number; then for each system: 32-bit offset of its name, and one end offset
- the names, UTF-8, one after the other

A range ends where the next one starts. System 0 has number 0 and no name: the gaps.
"""

from __future__ import annotations

import csv
import shutil
import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PACKAGES: Final = Path(__file__).resolve().parent.parent / "node_modules" / "@ip-location-db"
"""Where ``npm ci`` puts the packages that ``package.json`` pins."""

_COUNTRIES: Final = Path("geo-whois-asn-country-mmdb", "geo-whois-asn-country.mmdb")
_NETWORKS_4: Final = Path("asn", "asn-ipv4-num.csv")
_NETWORKS_6: Final = Path("asn", "asn-ipv6-num.csv")

_HEADER: Final = struct.Struct("<8s5I4x")
_MARK: Final = b"PSNETS\x00\x01"

_NOTICE: Final = """\
Address data

countries.mmdb: country of address ranges, from the npm package @ip-location-db/geo-whois-asn-country-mmdb,
unchanged. The package is marked CC0-1.0; its statistics come from the Number Resource Organization
(https://www.nro.net), licensed under CC BY 4.0.

networks.bin: autonomous systems of address ranges, from the npm package @ip-location-db/asn. Changes: ranges
compiled into a binary table, IPv6 boundaries rounded to /64, control characters removed from names.
The package merges data of
  - Route Views (https://www.routeviews.org), licensed under CC BY 4.0
  - DB-IP, IP to ASN Lite (https://db-ip.com), licensed under CC BY 4.0
  - the Number Resource Organization (https://www.nro.net), licensed under CC BY 4.0

CC BY 4.0: https://creativecommons.org/licenses/by/4.0/
"""


class AddressDataMissing(Exception):
    """The npm packages are not installed."""


@dataclass(slots=True)
class _Systems:
    """The autonomous systems in use, numbered in the order of their first range."""

    index: dict[int, int] = field(default_factory=lambda: {0: 0})
    names: list[str] = field(default_factory=lambda: [""])

    def place(self, asn: int, name: str) -> int:
        if asn not in self.index:
            self.index[asn] = len(self.names)
            self.names.append(" ".join("".join(c if c.isprintable() else " " for c in name).split()))
        return self.index[asn]


def build(target: Path, packages: Path = PACKAGES) -> None:
    """Fills the folder ``target``, which is made if it is not there."""
    for needed in (_COUNTRIES, _NETWORKS_4, _NETWORKS_6):
        if not (packages / needed).is_file():
            raise AddressDataMissing(f"{packages / needed} is missing: run npm ci")
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(packages / _COUNTRIES, target / "countries.mmdb")
    (target / "networks.bin").write_bytes(_networks(packages))
    (target / "NOTICE").write_text(_NOTICE, encoding="utf-8")


def _networks(packages: Path) -> bytes:
    systems = _Systems()
    starts4, systems4 = _ranges(packages / _NETWORKS_4, 0, "I", systems)
    starts6, systems6 = _ranges(packages / _NETWORKS_6, 64, "Q", systems)
    names = [name.encode() for name in systems.names]
    offsets = array("I", [0])
    for name in names:
        offsets.append(offsets[-1] + len(name))
    header = _HEADER.pack(_MARK, len(starts4), len(starts6), len(names), offsets[-1], 0)
    sections = (starts6, starts4, systems6, systems4, array("I", systems.index), offsets)
    return b"".join([header, *map(_little_endian, sections), *names])


def _ranges(path: Path, dropped_bits: int, width: str, systems: _Systems) -> tuple[array[int], array[int]]:
    """Range starts and their systems: gaps filled, neighbours of one system joined."""
    starts, owners = array(width), array("I")
    next_start = 0
    for first, last, asn, name in _rows(path):
        start, end = first >> dropped_bits, last >> dropped_bits
        if start > next_start:
            _append(starts, owners, next_start, 0)
        _append(starts, owners, start, systems.place(asn, name))
        next_start = max(next_start, end + 1)
    if next_start < 1 << 8 * starts.itemsize:
        _append(starts, owners, next_start, 0)
    return starts, owners


def _append(starts: array[int], owners: array[int], start: int, owner: int) -> None:
    if starts and starts[-1] == start:
        starts.pop()
        owners.pop()
    if not owners or owners[-1] != owner:
        starts.append(start)
        owners.append(owner)


def _rows(path: Path) -> Iterator[tuple[int, int, int, str]]:
    """Rows in order of their first address; where two overlap, the later one wins."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(int(row[0]), int(row[1]), int(row[2]), row[3]) for row in csv.reader(file)]
    return iter(sorted(rows))


def _little_endian(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values.tobytes()


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m infra.address_data FOLDER", file=sys.stderr)
        return 2
    try:
        build(Path(arguments[0]))
    except AddressDataMissing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
