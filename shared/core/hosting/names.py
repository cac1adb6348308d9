"""The names of ours that customers' CNAMEs lead to, and the zones that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.errors import Conflict
from shared.core.ids import DomainId
from shared.mailauth.names import BadName, normalised

DOMAINS_PER_ZONE: Final = 1_400
"""A zone has 10,000 record sets, and a domain that hosts everything with us has seven."""


class Service(StrEnum):
    """What a customer's name leads to: three TXT records and a web host."""

    DMARC = "dmarc"
    MTA_STS = "mta_sts"
    TLS_RPT = "tls_rpt"
    POLICY = "policy"


_PREFIXES: Final = {
    Service.DMARC: "_dmarc",
    Service.MTA_STS: "_mta-sts",
    Service.TLS_RPT: "_smtp._tls",
    Service.POLICY: "mta-sts",
}


@dataclass(frozen=True, slots=True)
class HostedZone:
    """A public zone of ours: Route 53's id of it, and its name."""

    id: str
    name: str


class BadZones(ValueError):
    """The list of hosting zones cannot be read."""


def parse_zones(text: str) -> tuple[HostedZone, ...]:
    """``id=name`` pairs, comma separated. The order and the number of zones may change at any time: a
    domain stays in the zone in which it began."""
    zones = []
    for pair in filter(None, (part.strip() for part in text.split(","))):
        zone_id, _, name = pair.partition("=")
        try:
            zones.append(HostedZone(zone_id.strip().removeprefix("/hostedzone/"), normalised(name)))
        except BadName:
            raise BadZones(f"{pair!r} is not id=name") from None
    if not zones or not all(zone.id for zone in zones):
        raise BadZones("no hosting zones are set")
    return tuple(zones)


def choose_zone(zones: tuple[HostedZone, ...], loads: Mapping[str, int], domain: DomainId) -> HostedZone:
    """By the domain's number among the zones with room; ``loads`` is how many domains each holds."""
    with_room = [zone for zone in zones if loads.get(zone.id, 0) < DOMAINS_PER_ZONE]
    if not with_room:
        raise Conflict("The hosting zones of this deployment are full")
    return with_room[domain % len(with_room)]


def customer_name(service: Service, domain: str) -> str:
    """Where the customer's CNAME stands."""
    return f"{_PREFIXES[service]}.{domain}"


def new_labels(new_token: Callable[[], str]) -> dict[Service, str]:
    """One label for each service. Random, so that no two hostings ever have the same one, nor does
    anybody find one who was not told."""
    return {service: new_token() for service in Service}
