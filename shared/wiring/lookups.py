"""What is looked up in DNS and on the web."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Final

from shared import settings
from shared.adapters.dns_servers import DnsMisconfigured, servers_of
from shared.adapters.dns_upstream import Upstream
from shared.adapters.host_names import host_names
from shared.adapters.https import HttpsFetcher
from shared.adapters.resolver import ResolvedLookups, Resolver
from shared.adapters.resolver_cache import Cache
from shared.core.addresses import HostName
from shared.core.lookups import Lookups
from shared.wiring.entropy import now
from shared.wiring.environment import optional

__all__ = [
    "DnsMisconfigured",
    "ask_host_names",
    "fresh_lookups",
    "lookups",
    "lookups_at",
]

_DEADLINE: Final = 20.0
"""Seconds for one question of many addresses; what is not answered by then is asked another time."""


@cache
def lookups() -> Lookups:
    """By the configured servers, or the system's. Answers are kept, while they hold, for as long as the
    process lives. Raises ``DnsMisconfigured``."""
    return ResolvedLookups(_upstream(), _fetcher(), cache=Cache())


@cache
def fresh_lookups() -> Lookups:
    """Keeps nothing from one run to the next: for checks whose point is to see what has changed."""
    return ResolvedLookups(_upstream(), _fetcher())


def lookups_at(setting: str) -> Lookups:
    """By the servers of a ``HOST:PORT`` list. Raises ``DnsMisconfigured`` with what is wrong with it."""
    return ResolvedLookups(Upstream(servers_of(setting)), _fetcher())


def ask_host_names(addresses: list[str]) -> Mapping[str, HostName]:
    resolver = Resolver(_upstream(), Cache())
    return asyncio.run(host_names(addresses, resolver, now=int(now()), deadline=_DEADLINE))


@cache
def _upstream() -> Upstream:
    return Upstream(servers_of(optional(settings.DNS_SERVERS)))


@cache
def _fetcher() -> HttpsFetcher:
    host, _, port = optional(settings.FETCH_GATEWAY).rpartition(":")
    gateway = (host.strip("[]"), int(port)) if port else None
    return HttpsFetcher(
        gateway=gateway,
        authority=optional(settings.FETCH_AUTHORITY),
        loopback=bool(optional(settings.LOOPBACK_RECEIVERS)),
    )
