"""Who sent a row, as the days' rollups name senders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain, islice
from typing import Final

from shared.core.addresses import HostName, Network
from shared.core.advice.simulation import Named
from shared.core.rollups import SourceLine
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.identification import UNKNOWN, Evidence, identify, sender_domain
from shared.mailauth.reports.values import AuthResults, Row

_COMPARED: Final = 50
"""Lines that a row is compared with, where it is not identified as any of its address: a forger can make
thousands."""


def named_by(lines: Iterable[SourceLine], catalogue: Catalogue) -> Named:
    """By what the rollups say of each address. Where several senders used one, the row is identified anew,
    with what was known of the address. Should that give none of them (the domain's SPF record, which rollups
    look at, is not looked at here), it is the one whose line has most of what passed in the row, and its
    author; the first by name among equals."""
    by_address: dict[str, dict[str, list[SourceLine]]] = {}
    for line in sorted(lines, key=lambda each: (each.sender_domain, each.sender_name)):
        by_address.setdefault(line.ip, {}).setdefault(line.sender_domain, []).append(line)
    known = {ip: _known(found) for ip, found in by_address.items() if len(found) > 1}

    @lru_cache(maxsize=65_536)
    def among(ip: str, header_from: str, auth: AuthResults) -> tuple[str, str]:
        found = by_address[ip]
        told = (_sender(Evidence(header_from, auth, *facts), catalogue) for facts in known[ip])
        fitting = next((found[sender] for sender in told if sender in found), None)
        compared = islice(fitting or chain.from_iterable(found.values()), _COMPARED)
        best = max(compared, key=lambda line: _likeness(line, header_from, auth))
        return best.sender_domain, best.sender_name

    def named(row: Row) -> tuple[str, str]:
        found = by_address.get(row.source_ip)
        if found is None:
            return UNKNOWN, UNKNOWN
        if len(found) > 1:
            return among(row.source_ip, row.identifiers.header_from, row.auth)
        (only,) = found.values()
        return only[0].sender_domain, only[0].sender_name

    return named


def _known(lines: Mapping[str, list[SourceLine]]) -> list[tuple[HostName | None, Network]]:
    """What was known of an address: the same on most days."""
    return list(
        dict.fromkeys(
            (
                HostName(line.host, line.host_confirmed, 0) if line.host else None,
                Network(line.asn, line.network),
            )
            for line in chain.from_iterable(lines.values())
        )
    )


def _sender(evidence: Evidence, catalogue: Catalogue) -> str:
    return sender_domain(evidence, identify(evidence, catalogue))


def _likeness(line: SourceLine, header_from: str, auth: AuthResults) -> int:
    signed = {each.domain for each in auth.dkim if each.result == "pass"}
    sent = {each.domain for each in auth.spf if each.result == "pass"}
    alike = len(signed & set(line.dkim_domains)) + len(sent & set(line.spf_domains))
    foreign = len(set(line.dkim_domains) - signed) + len(set(line.spf_domains) - sent)
    return 4 * alike - foreign + 2 * (header_from in line.header_from)
