"""Questions: which rows of which reports, as values that are the same when they ask the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from ipaddress import IPv6Network, ip_network
from typing import Any, Final

from shared.core.detail.codes import FilterOption
from shared.core.errors import Malformed
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.plain import plain
from shared.core.statistics import Span

LONGEST_TEXT: Final = 253
MOST_VALUES: Final = 500
"""Of one filter that takes several."""

_MAPPED: Final = IPv6Network("::ffff:0:0/96")
"""IPv4 addresses as IPv6 writes them (RFC 4291 section 2.5.5.2)."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What rows have to be, all of it; an empty filter lets everything through.

    ``reporters`` are organisations, or domains of their addresses; ``numbers`` are source numbers. A host
    name or a domain matches itself and what is below it; ``comment`` is part of an override's comment. All
    texts are in lower case, country codes in upper case.
    """

    option: FilterOption = FilterOption.ALL
    reporters: tuple[str, ...] = ()
    trusts: tuple[Trust, ...] = tuple(Trust)
    network: str = ""
    countries: tuple[str, ...] = ()
    spf_results: tuple[str, ...] = ()
    dkim_results: tuple[str, ...] = ()
    spf_aligned: str = ""
    dkim_aligned: str = ""
    dispositions: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    spf_domain: str = ""
    host: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """``domains`` in order, or None for every domain of the account; ``named`` tells whether who asked named
    them, and does not make it another question."""

    first: date
    last: date
    domains: tuple[DomainId, ...] | None
    filters: Filters = Filters()
    named: bool = False

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)

    def sameness(self, version: str) -> str:
        """The same for the same question to the same data; ``version`` tells whether it is the same."""
        asked = plain_of(replace(self, named=False))
        text = json.dumps([asked, version], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def network_of(text: str, *, param: str = "ip_cidr") -> str:
    """An address or a network, in one spelling: as addresses are stored, IPv4-mapped ones as IPv4."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        network = None
    if network is None or "%" in text:
        raise Malformed(f"{param} is an IP address or a network like 192.0.2.0/24", param=param)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return f"{network.network_address.ipv4_mapped}/{network.prefixlen - _MAPPED.prefixlen}"
    return str(network)


def question_of(plain_question: dict[str, Any]) -> Question:
    """Back from ``plain``."""
    filters: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in plain_question["filters"].items()
    }
    filters["option"] = FilterOption(filters["option"])
    filters["trusts"] = tuple(map(Trust, filters["trusts"]))
    domains = plain_question["domains"]
    return Question(
        first=date.fromisoformat(plain_question["first"]),
        last=date.fromisoformat(plain_question["last"]),
        domains=None if domains is None else tuple(map(DomainId, domains)),
        filters=Filters(**filters),
        named=plain_question["named"],
    )


def plain_of(question: Question) -> dict[str, Any]:
    fields: dict[str, Any] = plain(question)
    return {**fields, "first": question.first.isoformat(), "last": question.last.isoformat()}
