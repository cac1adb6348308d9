"""Learning host names, beside the way of the reports: a slow DNS server delays nothing but names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from shared.core.addresses import HostName, Hosts, is_stale, is_worth_asking, renewed

Ask = Callable[[list[str]], Mapping[str, HostName]]
"""Asks DNS about some addresses at once, within a deadline of its own."""


def unknown_among(hosts: Mapping[str, HostName], addresses: Iterable[str], now: int) -> list[str]:
    """The addresses that are due to be asked about, given what is known."""
    return sorted(
        address for address in addresses if is_worth_asking(address) and is_stale(hosts.get(address), now)
    )


def learn(hosts: Hosts, ask: Ask, addresses: Iterable[str], now: int) -> bool:
    """Ask about what is not known, or not any more; whether there is a name that the asking day may lack, so
    that its rollup is due.

    What is still fresh is not asked again. Its name was learnt for another day that asked about the same
    address, after the asking day was rolled up; or for this one, by a worker that got no further.
    """
    wanted = sorted(set(addresses))
    known = hosts.get_many(wanted)
    due = unknown_among(known, wanted, now)
    learnt_before = any(known[address].name for address in known.keys() - due)
    if not due:
        return learnt_before
    found = {address: renewed(known.get(address), host) for address, host in ask(due).items()}
    hosts.put_many(found)
    return learnt_before or any(_told(known.get(address)) != _told(host) for address, host in found.items())


def _told(host: HostName | None) -> tuple[str | None, bool]:
    return (host.name, host.confirmed) if host else (None, False)
