"""What an authoritative server answers: a pure function of its zones and the query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset

from infra.local.dns_zones import Records, Zone

CHAIN: Final = 8
"""CNAMEs followed for one question."""
UDP_PAYLOAD: Final = 1232
PLAIN_PAYLOAD: Final = 512
TCP_PAYLOAD: Final = 65535
TRANSFERS: Final = frozenset({dns.rdatatype.AXFR, dns.rdatatype.IXFR})

WILDCARD: Final = dns.name.Name((b"*",))


class Zones:
    """All zones of the server; a question belongs to the one with the longest matching origin."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._zones: Mapping[dns.name.Name, Zone] = {zone.origin: zone for zone in zones}
        self._above = frozenset(above for origin in self._zones for above in _ancestors(origin))

    def has_below(self, name: dns.name.Name) -> bool:
        """Whether one of the zones lies below the name, which then exists (RFC 8020)."""
        return name in self._above

    def holding(self, name: dns.name.Name) -> Zone | None:
        """The zone that is authoritative for the name."""
        while True:
            if (zone := self._zones.get(name)) is not None:
                return zone
            if name == dns.name.root or not name.labels:
                return None
            name = name.parent()


def _ancestors(name: dns.name.Name) -> Iterator[dns.name.Name]:
    while name != dns.name.root:
        name = name.parent()
        yield name


def answer_packet(zones: Zones, packet: bytes, *, tcp: bool) -> bytes | None:
    """The response to a packet; None for what is no query and deserves silence."""
    try:
        query = dns.message.from_wire(packet)
    except dns.exception.DNSException:
        return None
    if query.flags & dns.flags.QR:
        return None
    return _to_wire(answer(zones, query), query, tcp=tcp)


def answer(zones: Zones, query: dns.message.Message) -> dns.message.Message:
    """The response to a query, of whatever size."""
    response = dns.message.make_response(query, our_payload=UDP_PAYLOAD)
    if query.opcode() != dns.opcode.QUERY:
        response.set_rcode(dns.rcode.NOTIMP)
    elif len(query.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
    elif query.edns > 0:
        response.set_rcode(dns.rcode.BADVERS)
    elif query.question[0].rdclass != dns.rdataclass.IN or query.question[0].rdtype in TRANSFERS:
        response.set_rcode(dns.rcode.REFUSED)
    else:
        _fill(zones, response, query.question[0].name, query.question[0].rdtype)
    return response


def lookup(zones: Zones, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.rdataset.Rdataset | None:
    """The records of one type that these zones hold for a name, CNAMEs followed; None if there are none."""
    response = answer(zones, dns.message.make_query(name, kind))
    found = [rrset for rrset in response.answer if rrset.rdtype == kind]
    return found[0] if found else None


def _fill(
    zones: Zones, response: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> None:
    zone = zones.holding(name)
    if zone is None:
        response.set_rcode(dns.rcode.REFUSED)
        return
    response.flags |= dns.flags.AA
    seen: set[dns.name.Name] = set()
    while zone is not None and name not in seen and len(seen) < CHAIN:
        seen.add(name)
        if (cut := _delegation(zone, name, kind)) is not None:
            _refer(zone, response, cut, first=len(seen) == 1)
            return
        records = _records(zone, name)
        if records is None:
            if not zones.has_below(name):
                response.set_rcode(dns.rcode.NXDOMAIN)
            _deny(zone, response)
            return
        found = _matching(records, kind)
        if found:
            response.answer.extend(_owned(name, data) for data in found)
            return
        alias = records.get(dns.rdatatype.CNAME)
        if alias is None:
            _deny(zone, response)
            return
        response.answer.append(_owned(name, alias))
        name = alias[0].target
        zone = zones.holding(name)


def _records(zone: Zone, name: dns.name.Name) -> Records | None:
    """The name's records, or those of the wildcard at its closest encloser (RFC 4592); None without either.

    A name that exists, even without records, is never covered by a wildcard.
    """
    if name in zone.names:
        return zone.nodes.get(name, {})
    encloser = name.parent()
    while encloser not in zone.names:
        encloser = encloser.parent()
    return zone.nodes.get(WILDCARD.concatenate(encloser))


def _matching(records: Records, kind: dns.rdatatype.RdataType) -> list[dns.rdataset.Rdataset]:
    if kind == dns.rdatatype.ANY:
        return list(records.values())
    return [records[kind]] if kind in records else []


def _delegation(zone: Zone, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.name.Name | None:
    """The highest zone cut below the origin that the name is at or under."""
    for depth in range(len(zone.origin) + 1, len(name) + 1):
        cut = name.split(depth)[1]
        if cut == name and kind == dns.rdatatype.DS:
            return None
        if dns.rdatatype.NS in zone.nodes.get(cut, {}):
            return cut
    return None


def _refer(zone: Zone, response: dns.message.Message, cut: dns.name.Name, *, first: bool) -> None:
    if first:
        response.flags &= ~dns.flags.AA
    servers = zone.nodes[cut][dns.rdatatype.NS]
    response.authority.append(_owned(cut, servers))
    for server in servers:
        glue = zone.nodes.get(server.target, {})
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            response.additional.extend(_owned(server.target, data) for data in _matching(glue, kind))


def _deny(zone: Zone, response: dns.message.Message) -> None:
    """The SOA that says how long a denial holds (RFC 2308 section 3)."""
    soa = zone.nodes.get(zone.origin, {}).get(dns.rdatatype.SOA)
    if soa is not None:
        denial = _owned(zone.origin, soa)
        denial.ttl = min(soa.ttl, soa[0].minimum)
        response.authority.append(denial)


def _owned(name: dns.name.Name, data: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, data.ttl, list(data))


def _to_wire(response: dns.message.Message, query: dns.message.Message, *, tcp: bool) -> bytes:
    asked = max(query.payload, PLAIN_PAYLOAD) if query.edns >= 0 else PLAIN_PAYLOAD
    limit = TCP_PAYLOAD if tcp else min(asked, UDP_PAYLOAD)
    try:
        return response.to_wire(max_size=limit)
    except dns.exception.TooBig:
        cut = dns.message.make_response(query, our_payload=UDP_PAYLOAD)
        cut.flags |= (response.flags & dns.flags.AA) | dns.flags.TC
        cut.set_rcode(response.rcode())
        return cut.to_wire(max_size=limit)
