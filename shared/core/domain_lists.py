"""Lists of an account's domains, by name and state, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from shared.core.access import Caller, level_in, require_scope, require_subscription, sees_every_domain
from shared.core.domains import DmarcPolicy, DnsStatus, Domain, Domains
from shared.core.ids import DomainId
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.rights import Level, Scope

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class DomainFilter:
    """What is None filters nothing. ``name_part`` matches anywhere in the name, in any case; ``below`` is a
    domain whose subdomains are wanted. A number of SPF look-ups that is not known is in no range.
    """

    name_part: str = ""
    active: bool | None = None
    name: str | None = None
    below: str | None = None
    top_level: bool | None = None
    verified: bool | None = None
    parked: bool | None = None
    dns_status: DnsStatus | None = None
    has_errors: bool | None = None
    policy: DmarcPolicy | None = None
    fewest_lookups: int | None = None
    most_lookups: int | None = None

    @property
    def empty(self) -> bool:
        return self == DomainFilter()

    def matches(self, domain: Domain) -> bool:
        wanted = (
            (self.active, domain.active),
            (self.name, domain.name),
            (self.top_level, domain.stands_alone),
            (self.verified, domain.verified is not None),
            (self.parked, domain.parked),
            (self.dns_status, domain.dns_status),
            (self.has_errors, domain.dns.has_errors),
            (self.policy, domain.dns.policy),
        )
        return (
            all(each is None or each == has for each, has in wanted)
            and self.name_part.strip().lower() in domain.name
            and (self.below is None or domain.name.endswith(f".{self.below}"))
            and self._in_range(domain.dns.spf_lookups)
        )

    def _in_range(self, lookups: int | None) -> bool:
        if self.fewest_lookups is None and self.most_lookups is None:
            return True
        least, most = self.fewest_lookups or 0, self.most_lookups
        return lookups is not None and least <= lookups and (most is None or lookups <= most)


def list_domains(domains: Domains, caller: Caller, wanted: DomainFilter, page: PageRequest) -> Page[Domain]:
    """The account's domains that the caller sees, in the order in which they were added.

    A filter's total is counted once, over every domain, and travels in the cursor."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    after = DomainId(page.cursor.id) if page.cursor else None
    found = _matching(domains, caller, wanted, after, min(page.limit + 1, _BATCH))
    items = list(islice(found, page.limit))
    more = next(found, None) is not None
    total = _total(domains, caller, wanted, page.cursor)
    return Page(items, Cursor(items[-1].id, total) if more else None, total)


def _total(domains: Domains, caller: Caller, wanted: DomainFilter, cursor: Cursor | None) -> int:
    if wanted.empty and sees_every_domain(caller):
        return caller.account.domains
    if cursor is not None and cursor.total is not None:
        return cursor.total
    return sum(1 for _ in _matching(domains, caller, wanted, None, _BATCH))


def _matching(
    domains: Domains, caller: Caller, wanted: DomainFilter, after: DomainId | None, batch: int
) -> Iterator[Domain]:
    while True:
        page = domains.page(caller.account_id, after=after, limit=batch)
        yield from (
            domain
            for domain in page.items
            if wanted.matches(domain) and level_in(caller, domain) is not Level.NONE
        )
        if not page.more or not page.items:
            return
        after = page.items[-1].id
