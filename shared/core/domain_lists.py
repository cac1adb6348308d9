"""Lists of an account's domains, by name and state, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from shared.core.access import read_found
from shared.core.callers import Caller, groups_seen, level_in, require_scope, require_subscription
from shared.core.clock import utc_day
from shared.core.counters import Standings
from shared.core.domain_orders import ListedDomain, Order, Place
from shared.core.domain_places import Anywhere, Shelves, count_in_all, ids_in_all
from shared.core.domains import DmarcPolicy, DnsStatus, Domain
from shared.core.ids import DomainId, GroupId, TagId
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.rights import DEFAULT_GROUP, Level, Scope
from shared.core.rollups import WEEK, Rollups

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
    inherited: bool | None = None
    """Whether that policy is of a domain above."""
    fewest_lookups: int | None = None
    most_lookups: int | None = None
    group: GroupId | None = None
    assigned: bool | None = None
    """To a group beside the default one."""
    tag: TagId | None = None

    @property
    def of_place_alone(self) -> bool:
        """Whether nothing of the domains themselves is asked for."""
        return self == DomainFilter(group=self.group, assigned=self.assigned, tag=self.tag)

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
            (self.inherited, domain.dns.inherited),
            (self.assigned, bool(domain.groups)),
        )
        return (
            all(each is None or each == has for each, has in wanted)
            and self.name_part.strip().lower() in domain.name
            and self.group in (None, DEFAULT_GROUP, *domain.groups)
            and self.tag in (None, *domain.tags)
            and (self.below is None or domain.name.endswith(f".{self.below}"))
            and self._in_range(domain.dns.spf_lookups)
        )

    def _in_range(self, lookups: int | None) -> bool:
        if self.fewest_lookups is None and self.most_lookups is None:
            return True
        least, most = self.fewest_lookups or 0, self.most_lookups
        return lookups is not None and least <= lookups and (most is None or lookups <= most)


def list_domains(shelves: Shelves, caller: Caller, wanted: DomainFilter, page: PageRequest) -> Page[Domain]:
    """The account's domains that the caller sees, in the order in which they were added.

    A page of a group or a tag, of what is in no group or in any, reads as much as it shows, and so does one
    for who sees some groups only. What the other filters leave is looked for among those, and counted once,
    over all of them; the total travels in the cursor."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    looked_at = _Looked(shelves, caller, wanted)
    after = DomainId(page.cursor.id) if page.cursor else None
    found = looked_at.domains(after, min(page.limit + 1, _BATCH))
    items = list(islice(found, page.limit))
    more = next(found, None) is not None
    known = page.cursor.total if page.cursor else None
    total = looked_at.count() if known is None else known
    return Page(items, Cursor(items[-1].id, total) if more else None, total)


@dataclass(frozen=True, slots=True)
class SortedPage:
    """``after`` is None on the last page; ``total`` counts the whole list."""

    items: list[ListedDomain]
    after: Place | None
    total: int


def sort_domains(
    shelves: Shelves,
    rollups: Rollups,
    caller: Caller,
    wanted: DomainFilter,
    order: Order,
    *,
    after: Place | None,
    limit: int,
) -> SortedPage:
    """As ``list_domains``, in another order, with the messages of the last days. Every wanted domain is read
    for each page."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    domains = list(_Looked(shelves, caller, wanted).domains(None, _BATCH))
    found = with_weeks(rollups, caller, domains) if order.counts else [ListedDomain(each) for each in domains]
    ordered = order.sorted(found)
    rest = ordered if after is None else [each for each in ordered if order.is_after(each, after)]
    items, more = rest[:limit], len(rest) > limit
    if not order.counts:
        items = with_weeks(rollups, caller, [each.domain for each in items])
    return SortedPage(items, order.place(items[-1]) if more else None, len(domains))


def with_weeks(rollups: Rollups, caller: Caller, domains: Sequence[Domain]) -> list[ListedDomain]:
    """Domains that were found for the caller, with the messages of the last days."""
    today = utc_day(caller.now)
    first = max(today - timedelta(days=WEEK - 1), caller.retained_from)
    weeks = rollups.weeks(read_found(caller, domains), first, today)
    return [ListedDomain(each, weeks.get(each.id, Standings())) for each in domains]


class _Looked:
    """Where a list is looked for. Without ``places`` that is among all domains."""

    def __init__(self, shelves: Shelves, caller: Caller, wanted: DomainFilter) -> None:
        self._shelves = shelves
        self._caller = caller
        self._wanted = wanted
        self._places = _places(shelves, caller, wanted)

    def domains(self, after: DomainId | None, batch: int) -> Iterator[Domain]:
        for domain in self._there(after, batch):
            if self._wanted.matches(domain) and level_in(self._caller, domain) is not Level.NONE:
                yield domain

    def count(self) -> int:
        if not self._wanted.of_place_alone:
            return sum(1 for _ in self.domains(None, _BATCH))
        return count_in_all(self._places) if self._places else self._caller.account.domains

    def _there(self, after: DomainId | None, batch: int) -> Iterator[Domain]:
        if self._places:
            yield from self._shelves.read(ids_in_all(self._places, after, batch), batch)
            return
        while True:
            page = self._shelves.domains.page(self._shelves.account, after=after, limit=batch)
            yield from page.items
            if not page.more or not page.items:
                return
            after = page.items[-1].id


def _places(shelves: Shelves, caller: Caller, wanted: DomainFilter) -> list[Anywhere]:
    """All of these, each in one of its places, are where the wanted domains are that the caller sees."""
    places: list[Anywhere] = []
    if wanted.tag is not None:
        places.append([shelves.tag(wanted.tag)])
    if wanted.assigned is not None:
        places.append([shelves.assigned() if wanted.assigned else shelves.unassigned()])
    hides = caller.account.default_group_hides_assigned
    if wanted.group is not None and (wanted.group != DEFAULT_GROUP or hides):
        places.append([shelves.group(wanted.group)])
    seen = groups_seen(caller)
    if seen is not None and wanted.group not in seen:
        places.append([shelves.group(group) for group in sorted(seen)])
    return places
