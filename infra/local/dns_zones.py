"""Zones ready to be asked, out of zone files and out of Route 53's record sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.zone

ALIAS_SECONDS: Final = 60
"""TTL of an alias answer, as Route 53 gives for its own targets."""

_OCTAL: Final = re.compile(r"\\([0-3][0-7]{2})")

Records = Mapping[dns.rdatatype.RdataType, dns.rdataset.Rdataset]
"""What one name holds, by type."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone with absolute names; ``names`` holds empty non-terminals too (RFC 8020)."""

    origin: dns.name.Name
    nodes: Mapping[dns.name.Name, Records]
    names: frozenset[dns.name.Name]


@dataclass(frozen=True, slots=True)
class Alias:
    """Route 53's own kind of record: answer with the addresses of ``target``."""

    name: dns.name.Name
    kind: dns.rdatatype.RdataType
    target: dns.name.Name


def parse_zone_file(text: str) -> Zone:
    """Read a zone in master-file form; it must say its ``$ORIGIN`` and hold an SOA and an NS record."""
    zone = dns.zone.from_text(text, relativize=False, check_origin=False)
    if zone.origin is None:
        raise dns.zone.NoSOA
    zone.check_origin()
    return _indexed(
        zone.origin,
        {name: {data.rdtype: data for data in node.rdatasets} for name, node in zone.nodes.items()},
    )


def zone_of_record_sets(
    origin_text: str, record_sets: Iterable[Mapping[str, Any]]
) -> tuple[Zone, list[Alias]]:
    """The zone that Route 53's ``ListResourceRecordSets`` tells, and its aliases, still to be resolved.

    Sets with one name and type (routing policies) are answered together.
    """
    nodes: dict[dns.name.Name, dict[dns.rdatatype.RdataType, dns.rdataset.Rdataset]] = {}
    aliases = []
    for record_set in record_sets:
        name = dns.name.from_text(_decimal(record_set["Name"]))
        kind = dns.rdatatype.from_text(record_set["Type"])
        if alias := record_set.get("AliasTarget"):
            aliases.append(Alias(name, kind, dns.name.from_text(_decimal(alias["DNSName"]))))
            continue
        values = [_decimal(record["Value"]) for record in record_set.get("ResourceRecords", ())]
        try:
            # Names in Route 53's values are absolute, with or without their last dot.
            data = dns.rdataset.from_text_list(
                dns.rdataclass.IN,
                kind,
                int(record_set.get("TTL", 300)),
                values,
                origin=dns.name.root,
                relativize=False,
            )
        except dns.exception.DNSException:
            # The emulator takes what Route 53 would refuse; the rest of the zone is still good.
            continue
        held = nodes.setdefault(name, {})
        if kind in held:
            data = dns.rdataset.from_rdata_list(data.ttl, [*held[kind], *data])
        held[kind] = data
    return _indexed(dns.name.from_text(origin_text), nodes), aliases


def _decimal(text: str) -> str:
    """Route 53 escapes bytes in octal (``\\052`` is the asterisk), master files in decimal."""
    return _OCTAL.sub(lambda escape: f"\\{int(escape[1], 8):03d}", text)


def with_addresses(zone: Zone, alias: Alias, addresses: dns.rdataset.Rdataset) -> Zone:
    """The zone with the alias answered by these addresses."""
    copied = dns.rdataset.from_rdata_list(ALIAS_SECONDS, list(addresses))
    records = {**zone.nodes.get(alias.name, {}), alias.kind: copied}
    return _indexed(zone.origin, {**zone.nodes, alias.name: records})


def _indexed(origin: dns.name.Name, nodes: Mapping[dns.name.Name, Records]) -> Zone:
    names = {origin}
    for node in nodes:
        name = node
        while name not in names:
            names.add(name)
            name = name.parent()
    return Zone(origin, nodes, frozenset(names))
