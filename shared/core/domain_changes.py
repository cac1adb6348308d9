"""Domains added, changed, switched and removed, by those who have the right to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from shared.core.access import Addable, Writable
from shared.core.domain_names import registrable
from shared.core.domains import Domain, Domains, ReportKinds
from shared.core.errors import Invalid
from shared.core.ids import DomainId, TagId, mint
from shared.core.plans import DomainLimits
from shared.core.queues import RemovedDomain, RemovedDomains

_LONGEST_NOTES: Final = 4_000


def add_domain(
    domains: Domains,
    right: Addable,
    name: str,
    *,
    parked: bool = False,
    tags: frozenset[TagId] = frozenset(),
    now: float,
    new_token: Callable[[], str],
    random_bits: Callable[[int], int],
) -> Domain:
    """A new domain, not yet active. ``Invalid`` for a bad name or one the account has; ``NotFound`` when the
    group or a tag is gone."""
    domain = Domain(
        id=DomainId(mint(now, random_bits(12))),
        account=right.account.id,
        name=registrable(name),
        token=new_token(),
        created=int(now),
        updated=int(now),
        parked=parked,
        groups=frozenset() if right.group is None else frozenset({right.group}),
        tags=tags,
    )
    domains.add(domain, limits=right.account.domain_limits)
    return domain


def change_domain(
    domains: Domains,
    right: Writable,
    *,
    now: float,
    notes: str | None = None,
    kinds: ReportKinds | None = None,
    top_level: bool | None = None,
    wanted_dmarc: str | None = None,
) -> Domain:
    domain = right.domain
    if notes is not None and len(notes) > _LONGEST_NOTES:
        raise Invalid(f"Notes may have {_LONGEST_NOTES:,} characters", param="notes")
    if top_level and not domain.is_subdomain:
        raise Invalid("Only a subdomain can be made a domain of its own", param="top_level")
    changed = replace(
        domain,
        notes=domain.notes if notes is None else notes,
        kinds=domain.kinds if kinds is None else kinds,
        top_level=domain.top_level if top_level is None else top_level,
        wanted_dmarc=domain.wanted_dmarc if wanted_dmarc is None else wanted_dmarc,
        updated=int(now),
    )
    return domains.change(changed)


def park_domain(
    domains: Domains, right: Writable, *, parked: bool, limits: DomainLimits, now: float
) -> Domain:
    """As ``Domains.park``."""
    return domains.park(right.domain, parked=parked, limits=limits, now=int(now))


def activate_domain(domains: Domains, right: Writable, *, allowed: int, now: float) -> Domain:
    """As ``Domains.activate``, which counts the domain as verified: ``require_owned`` comes before."""
    return domains.activate(right.domain, allowed=allowed, now=int(now))


def deactivate_domain(domains: Domains, right: Writable, *, now: float) -> Domain:
    return domains.deactivate(right.domain, now=int(now))


def remove_domain(domains: Domains, purges: RemovedDomains, right: Writable) -> None:
    """Remove a domain and have its data purged.

    The purge is asked for first: should the removal then fail, it finds the domain there and leaves
    everything as it is; the other way round, data would be left that nothing leads to any more.
    """
    purges.send([RemovedDomain(right.account, right.domain.id)])
    domains.remove(right.domain)
