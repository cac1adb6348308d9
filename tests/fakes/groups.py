from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from shared.core.accounts import Counted
from shared.core.domains import Domain
from shared.core.errors import Conflict, Invalid, NotFound, Outdated, Refusal
from shared.core.groups import DEFAULT_LABEL, MOST_GROUPS, DomainIds, Group, Spread
from shared.core.ids import AccountId, DomainId, GroupId
from shared.core.labels import folded
from shared.core.rights import DEFAULT_GROUP
from tests.fakes.domains import FakeDomains


class FakeGroups:
    """Of the domains of ``FakeDomains``, by which each group's domains are counted anew."""

    def __init__(self, domains: FakeDomains) -> None:
        self.domains = domains
        self.stored = domains.groups

    def add(self, group: Group, *, most: int) -> None:
        self._require_free(group)
        self.domains.accounts.count(group.account, Counted.GROUPS, most=most)
        self.stored[group.account, group.id] = group

    def get(self, account: AccountId, group: GroupId) -> Group | None:
        if group == DEFAULT_GROUP:
            return self._default(account)
        found = self.stored.get((account, group))
        return None if found is None else _counting(found, self._in(account, group))

    def get_many(self, account: AccountId, groups: Collection[GroupId]) -> dict[GroupId, Group]:
        found = ((group, self.get(account, group)) for group in groups)
        return {number: group for number, group in found if group is not None}

    def list_of(self, account: AccountId) -> list[Group]:
        others = sorted(number for owner, number in self.stored if owner == account)
        found = self.get_many(account, [DEFAULT_GROUP, *others])
        return [found[number] for number in sorted(found)]

    def change(self, group: Group) -> Group:
        current = self.get(group.account, group.id)
        if current is None:
            raise NotFound("There is no such group", param="id")
        if current.version != group.version:
            raise Outdated("The group was changed since it was read")
        self._require_free(group)
        self.stored[group.account, group.id] = replace(group, version=group.version + 1)
        if group.id == DEFAULT_GROUP:
            self._account(group.account, default_group_hides_assigned=group.hides_assigned)
        changed = self.get(group.account, group.id)
        assert changed is not None
        return changed

    def remove(self, account: AccountId, group: GroupId) -> None:
        if group == DEFAULT_GROUP or self.stored.pop((account, group), None) is None:
            raise NotFound("There is no such group", param="id")
        self.domains.accounts.uncount(account, Counted.GROUPS)
        self._account(account, removed_groups=self._removed(account) | {group})

    def sweep(self, account: AccountId, group: GroupId) -> int:
        if self.get(account, group) is not None:
            return 0
        left = self._in(account, group)
        for domain in left:
            self.domains.put(replace(domain, groups=domain.groups - {group}))
        self._account(account, removed_groups=self._removed(account) - {group})
        return len(left)

    def assign(self, domain: Domain, group: GroupId, *, out_of: GroupId | None = None) -> Domain:
        if self.get(domain.account, group) is None:
            raise NotFound("There is no such group or tag")

        def moved(groups: frozenset[GroupId]) -> frozenset[GroupId]:
            return (groups - {out_of}) | ({group} - {DEFAULT_GROUP})

        return self._regrouped(domain, moved)

    def assign_all(
        self, domains: Sequence[Domain], group: GroupId, *, out_of: GroupId | None = None
    ) -> list[Domain | Refusal]:
        return [_outcome(self.assign, domain, group, out_of=out_of) for domain in domains]

    def unassign(self, domain: Domain, group: GroupId) -> Domain:
        return self._regrouped(domain, lambda groups: groups - {group})

    def unassign_all(self, domains: Sequence[Domain], group: GroupId) -> list[Domain | Refusal]:
        return [_outcome(self.unassign, domain, group) for domain in domains]

    def domains_of(
        self, account: AccountId, group: GroupId, *, after: DomainId | None, limit: int
    ) -> DomainIds:
        return page_of(self._in(account, group), after, limit)

    def assigned(self, account: AccountId, *, after: DomainId | None, limit: int) -> DomainIds:
        return page_of([domain for domain in self.domains.of(account) if domain.groups], after, limit)

    def spread(self, account: AccountId) -> Spread:
        assigned = sum(bool(domain.groups) for domain in self.domains.of(account))
        return Spread(assigned, len(self.domains.of(account)) - assigned)

    def all_domains_of(self, account: AccountId, groups: Collection[GroupId]) -> frozenset[DomainId]:
        there = self.get_many(account, groups)
        return frozenset(domain.id for group in there for domain in self._in(account, group))

    def _default(self, account: AccountId) -> Group | None:
        owner = self.domains.accounts.get(account)
        if owner is None:
            return None
        hides = owner.default_group_hides_assigned
        shown = self._in(account, DEFAULT_GROUP) if hides else self.domains.of(account)
        made = Group(DEFAULT_GROUP, account, DEFAULT_LABEL, owner.created)
        stored = self.stored.get((account, DEFAULT_GROUP), made)
        return _counting(replace(stored, hides_assigned=hides), shown)

    def _in(self, account: AccountId, group: GroupId) -> list[Domain]:
        alone = group == DEFAULT_GROUP
        return [d for d in self.domains.of(account) if group in d.groups or (alone and not d.groups)]

    def _regrouped(
        self, domain: Domain, change: Callable[[frozenset[GroupId]], frozenset[GroupId]]
    ) -> Domain:
        current = self.domains.get(domain.account, domain.id)
        if current is None:
            raise NotFound("The requested resource could not be found", param="id")
        groups = change(current.groups)
        if len(groups) > max(MOST_GROUPS, len(current.groups)):
            raise Invalid(f"A domain may be in {MOST_GROUPS} groups")
        return self.domains.put(replace(current, groups=groups))

    def _require_free(self, group: Group) -> None:
        others = {folded(other.label) for other in self.list_of(group.account) if other.id != group.id}
        if group.id != DEFAULT_GROUP:
            others.add(folded(DEFAULT_LABEL))
        if folded(group.label) in others:
            raise Conflict("The account has a group of that name", param="label")

    def _removed(self, account: AccountId) -> frozenset[GroupId]:
        return self.domains.accounts.stored[account].removed_groups

    def _account(self, account: AccountId, **changes: object) -> None:
        stored = self.domains.accounts.stored
        stored[account] = replace(stored[account], **changes)  # type: ignore[arg-type]


def page_of(domains: list[Domain], after: DomainId | None, limit: int) -> DomainIds:
    later = sorted(domain.id for domain in domains if after is None or domain.id > after)
    return DomainIds(later[:limit], len(later) > limit)


def _counting(group: Group, domains: list[Domain]) -> Group:
    return replace(group, domains=len(domains), active=sum(domain.active for domain in domains))


def _outcome(act: Callable[..., Domain], *arguments: object, **named: object) -> Domain | Refusal:
    try:
        return act(*arguments, **named)
    except Refusal as refusal:
        return refusal
