from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from shared.core import ids
from shared.core.accounts import Recipient
from shared.core.domain_names import ancestors, normalise
from shared.core.domains import SHARDS, Domain, DomainPage, Proof
from shared.core.errors import Invalid, NotFound, PlanLimit
from shared.core.groups import Group
from shared.core.ids import AccountId, DomainId, GroupId, TagId
from shared.core.plans import MOST_DOMAINS, DomainLimits
from shared.core.tags import Tag
from tests.fakes.accounts import FakeAccounts


class FakeDomains:
    """Counts the domains of its accounts as they come and go. Knows the groups and tags that a new one may be
    in: ``FakeGroups`` and ``FakeTags`` share it."""

    def __init__(self, accounts: FakeAccounts) -> None:
        self.accounts = accounts
        self.stored: dict[tuple[AccountId, DomainId], Domain] = {}
        self.groups: dict[tuple[AccountId, GroupId], Group] = {}
        self.tags: dict[tuple[AccountId, TagId], Tag] = {}

    def add(self, domain: Domain, *, limits: DomainLimits = MOST_DOMAINS) -> None:
        if self.named(domain.account, domain.name) is not None:
            raise Invalid(f"The account has the domain {domain.name} already", param="domain")
        if not self._knows(domain):
            raise NotFound("There is no such group or tag")
        self._count(None, domain, limits, param="domain")
        self.stored[domain.account, domain.id] = domain
        self.accounts.tokens[domain.token] = Recipient(domain.account, domain.id)

    def get(self, account: AccountId, domain: DomainId) -> Domain | None:
        return self.stored.get((account, domain))

    def get_many(self, account: AccountId, domains: Collection[DomainId]) -> list[Domain]:
        found = (self.get(account, domain) for domain in domains)
        return [domain for domain in found if domain is not None]

    def named(self, account: AccountId, name: str) -> Domain | None:
        return next((domain for domain in self.of(account) if domain.name == name), None)

    def resolve(self, account: AccountId, reference: str) -> Domain | None:
        try:
            return self.get(account, DomainId(ids.parse(ids.DOMAIN, reference)))
        except NotFound:
            pass
        try:
            return self.named(account, normalise(reference))
        except Invalid:
            return None

    def resolve_many(self, account: AccountId, references: Sequence[str]) -> list[Domain | None]:
        return [self.resolve(account, reference) for reference in references]

    def covering(self, account: AccountId, policy_domain: str) -> Domain | None:
        found = (self.named(account, name) for name in ancestors(policy_domain))
        return next((domain for domain in found if domain is not None), None)

    def page(self, account: AccountId, *, after: DomainId | None, limit: int) -> DomainPage:
        return _page(self.of(account), after, limit)

    def of_shard(self, shard: int, *, after: DomainId | None, limit: int) -> DomainPage:
        wanted = [domain for domain in self.stored.values() if domain.active and domain.id % SHARDS == shard]
        return _page(wanted, after, limit)

    def activate(self, domain: Domain, *, allowed: int, now: int) -> Domain:
        current = self._current(domain)
        if current.active:
            return current
        verified = now if current.verified is None else current.verified
        after = replace(current, active=True, activated=now, verified=verified, updated=now)
        self._count(current, after, replace(MOST_DOMAINS, active=allowed))
        return self.put(after)

    def deactivate(self, domain: Domain, *, now: int) -> Domain:
        current = self._current(domain)
        if not current.active:
            return current
        after = replace(current, active=False, deactivated=now, updated=now)
        self._count(current, after)
        return self.put(after)

    def park(self, domain: Domain, *, parked: bool, limits: DomainLimits, now: int) -> Domain:
        current = self._current(domain)
        if current.parked == parked:
            return current
        after = replace(current, parked=parked, updated=now)
        self._count(current, after, limits)
        return self.put(after)

    def verify(self, domain: Domain, proof: Proof, *, now: int) -> Domain:
        current = self._current(domain)
        if current.verified is not None:
            return current
        return self.put(replace(current, verified=now, proof=proof, updated=now))

    def change(self, domain: Domain) -> Domain:
        changed = replace(
            self._current(domain),
            notes=domain.notes,
            kinds=domain.kinds,
            top_level=domain.top_level,
            wanted_dmarc=domain.wanted_dmarc,
            updated=domain.updated,
        )
        return self.put(changed)

    def note_check(self, domain: Domain) -> bool:
        current = self.get(domain.account, domain.id)
        if current is None:
            return False
        names = ("dns_status", "dns_status_message", "dns_checked", "dns")
        self.put(replace(current, **{name: getattr(domain, name) for name in names}))
        return True

    def remove(self, domain: Domain) -> None:
        current = self.stored.pop((domain.account, domain.id), None)
        if current is not None:
            self.accounts.tokens.pop(current.token, None)
            self._count(current, None)

    def of(self, account: AccountId) -> list[Domain]:
        return [domain for (owner, _), domain in self.stored.items() if owner == account]

    def put(self, domain: Domain) -> Domain:
        self.stored[domain.account, domain.id] = domain
        return domain

    def _knows(self, domain: Domain) -> bool:
        owner = domain.account
        return {(owner, group) for group in domain.groups} <= self.groups.keys() and {
            (owner, tag) for tag in domain.tags
        } <= self.tags.keys()

    def _count(
        self,
        before: Domain | None,
        after: Domain | None,
        limits: DomainLimits = MOST_DOMAINS,
        *,
        param: str = "id",
    ) -> None:
        domain = after or before
        assert domain is not None
        account = self.accounts.get(domain.account)
        if account is None:
            raise NotFound("The requested resource could not be found")
        total, active, parked = (
            becomes - was for was, becomes in zip(_counts(before), _counts(after), strict=True)
        )
        if total > 0 and account.domains >= limits.total:
            raise PlanLimit(f"The plan allows {limits.total} domains", param=param)
        if parked > 0 and account.parked_domains >= limits.parked:
            raise PlanLimit(f"The plan allows {limits.parked} parked domains", param=param)
        if active > 0 and account.active_domains >= limits.active:
            raise Invalid(f"The plan allows {limits.active} active domains", param=param)
        self.accounts.move(domain.account, domains=total, active=active, parked=parked)

    def _current(self, domain: Domain) -> Domain:
        current = self.get(domain.account, domain.id)
        if current is None:
            raise NotFound("The requested resource could not be found", param="id")
        return current


def _counts(domain: Domain | None) -> tuple[int, int, int]:
    if domain is None:
        return 0, 0, 0
    return 1, int(domain.active and not domain.parked), int(domain.parked)


def _page(domains: list[Domain], after: DomainId | None, limit: int) -> DomainPage:
    """Domains of two accounts can have one number: a page never ends between them."""
    later = sorted(
        (domain for domain in domains if after is None or domain.id > after), key=lambda domain: domain.id
    )
    end = min(limit, len(later))
    while end < len(later) and later[end].id == later[end - 1].id:
        end += 1
    return DomainPage(later[:end], end < len(later))
