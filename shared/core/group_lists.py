"""Lists of an account's groups, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.core.callers import Caller
from shared.core.domain_names import normalise
from shared.core.domains import Domain, Domains
from shared.core.errors import Invalid
from shared.core.group_use import shown_groups
from shared.core.groups import Group, Groups
from shared.core.ids import DomainId, GroupId
from shared.core.labels import folded
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.rights import DEFAULT_GROUP

_BATCH = 1_000


class DomainState(StrEnum):
    """Of the domains of a group together."""

    ACTIVE = "active"
    """One of them is, at least."""
    INACTIVE = "inactive"
    UNKNOWN = "unknown"
    """There are none."""


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """What is empty or None filters nothing. ``label`` and ``search`` match anywhere, in any case; ``search``
    in the label or in the name of a domain that is in the group, ``exact`` only the whole of it."""

    label: str = ""
    search: str = ""
    exact: str = ""
    state: DomainState | None = None

    def takes(self, group: Group) -> bool:
        return folded(self.label) in folded(group.label) and self.state in (None, state_of(group))


def state_of(group: Group) -> DomainState:
    if group.active:
        return DomainState.ACTIVE
    return DomainState.INACTIVE if group.domains else DomainState.UNKNOWN


def list_groups(
    groups: Groups, domains: Domains, caller: Caller, wanted: GroupFilter, page: PageRequest
) -> Page[Group]:
    """The groups that the caller sees, the default group first and then as they were made. A search reads the
    names of all domains of the account, unless it is ``exact``."""
    found = [group for group in shown_groups(groups, caller) if wanted.takes(group)]
    if wanted.search:
        having = _having(domains, caller, wanted.search.strip().lower())
        found = [each for each in found if folded(wanted.search) in folded(each.label) or each.id in having]
    if wanted.exact:
        having = _having_exactly(domains, caller, wanted.exact)
        found = [each for each in found if folded(wanted.exact) == folded(each.label) or each.id in having]
    return page_of_groups(found, page)


def page_of_groups(found: list[Group], page: PageRequest) -> Page[Group]:
    """Of groups in the order of their ids."""
    after = page.cursor.id if page.cursor else 0
    later = [group for group in found if group.id > after]
    items = later[: page.limit]
    more = len(later) > len(items)
    return Page(items, Cursor(items[-1].id) if more else None, len(found))


def _having(domains: Domains, caller: Caller, part: str) -> set[GroupId]:
    """The groups that have a domain with this part in its name."""
    found: set[GroupId] = set()
    for domain in _all(domains, caller):
        if part in domain.name:
            found |= _groups_of(caller, domain)
    return found


def _having_exactly(domains: Domains, caller: Caller, name: str) -> set[GroupId]:
    try:
        domain = domains.named(caller.account_id, normalise(name))
    except Invalid:
        return set()
    return set() if domain is None else _groups_of(caller, domain)


def _groups_of(caller: Caller, domain: Domain) -> set[GroupId]:
    if domain.groups and caller.account.default_group_hides_assigned:
        return {*domain.groups}
    return {*domain.groups, DEFAULT_GROUP}


def _all(domains: Domains, caller: Caller) -> Iterator[Domain]:
    after: DomainId | None = None
    while True:
        page = domains.page(caller.account_id, after=after, limit=_BATCH)
        yield from page.items
        if not page.more or not page.items:
            return
        after = page.items[-1].id
