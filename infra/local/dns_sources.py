"""Where the DNS server's zones come from, and when they are read again."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import dns.exception
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.dns_answer import Zones, lookup
from infra.local.dns_zones import Alias, Zone, parse_zone_file, with_addresses, zone_of_record_sets

log: Final = logging.getLogger("dns")
FRESH_SECONDS: Final = 1.0


class HostedZones(Protocol):
    """Route 53, as far as the server reads it."""

    def read(self) -> list[tuple[Zone, list[Alias]]]: ...


class Route53HostedZones:
    """The public zones that the emulator's Route 53 holds."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def read(self) -> list[tuple[Zone, list[Alias]]]:
        """Every zone with its record sets; raises what botocore raises."""
        listed = self._client.get_paginator("list_hosted_zones").paginate()
        found = []
        for hosted in (zone for page in listed for zone in page["HostedZones"]):
            pages = self._client.get_paginator("list_resource_record_sets").paginate(
                HostedZoneId=hosted["Id"]
            )
            found.append(
                zone_of_record_sets(hosted["Name"], [r for page in pages for r in page["ResourceRecordSets"]])
            )
        return found


@dataclass(frozen=True, slots=True)
class _File:
    stamp: tuple[int, int]
    zone: Zone | None


class ZoneSources:
    """Zone files over Route 53's zones: for one origin, the user's file wins, then the shipped one."""

    def __init__(self, folders: Sequence[Path], hosted: HostedZones | None) -> None:
        self._folders = folders
        self._hosted = hosted
        self._files: dict[Path, _File] = {}
        self._held: list[tuple[Zone, list[Alias]]] = []
        self._zones = Zones([])
        self._read_at = float("-inf")

    def is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < FRESH_SECONDS

    @property
    def zones(self) -> Zones:
        """The zones as last read."""
        return self._zones

    def refresh(self) -> Zones:
        """Read again what changed; what cannot be read keeps its last good content."""
        if self._hosted is not None:
            try:
                self._held = self._hosted.read()
            except (BotoCoreError, ClientError) as error:
                log.warning("Route 53 cannot be read: %s", error)
        zones = {zone.origin: zone for zone, _ in self._held}
        for folder in self._folders:
            zones.update((zone.origin, zone) for zone in self._file_zones(folder))
        self._zones = _with_aliases(list(zones.values()), [alias for _, held in self._held for alias in held])
        self._read_at = time.monotonic()
        return self._zones

    def _file_zones(self, folder: Path) -> list[Zone]:
        read = []
        for path in sorted(folder.glob("*.zone")):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            known = self._files.get(path)
            if known is None or known.stamp != (stat.st_mtime_ns, stat.st_size):
                known = _File(
                    (stat.st_mtime_ns, stat.st_size), _read(path) or (known.zone if known else None)
                )
                self._files[path] = known
            if known.zone is not None:
                read.append(known.zone)
        return read


def _read(path: Path) -> Zone | None:
    try:
        zone = parse_zone_file(path.read_text())
    except (dns.exception.DNSException, OSError, UnicodeDecodeError, ValueError) as error:
        log.warning("%s is not read: %s", path, error)
        return None
    log.info("%s: zone %s", path, zone.origin)
    return zone


def _with_aliases(zones: list[Zone], aliases: list[Alias]) -> Zones:
    """Answer aliases whose target is served here; others (CloudFront and the like) stay without records."""
    known = {zone.origin: zone for zone in zones}
    current = Zones(known.values())
    for alias in aliases:
        zone = current.holding(alias.name)
        addresses = lookup(current, alias.target, alias.kind)
        if zone is not None and addresses is not None:
            known[zone.origin] = with_addresses(zone, alias, addresses)
            current = Zones(known.values())
    return current
