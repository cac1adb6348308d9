from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shared.core.accounts import Counted
from shared.core.domains import Domain
from shared.core.errors import Conflict, Invalid, NotFound, Outdated
from shared.core.groups import DomainIds
from shared.core.ids import AccountId, DomainId, TagId
from shared.core.labels import folded
from shared.core.tags import MOST_TAGS, Tag
from tests.fakes.domains import FakeDomains
from tests.fakes.groups import page_of


class FakeTags:
    """On the domains of ``FakeDomains``."""

    def __init__(self, domains: FakeDomains) -> None:
        self.domains = domains
        self.stored = domains.tags

    def add(self, tag: Tag, *, most: int) -> None:
        self._require_free(tag)
        self.domains.accounts.count(tag.account, Counted.TAGS, most=most)
        self.stored[tag.account, tag.id] = tag

    def get(self, account: AccountId, tag: TagId) -> Tag | None:
        found = self.stored.get((account, tag))
        return None if found is None else replace(found, domains=len(self._with(account, tag)))

    def get_many(self, account: AccountId, tags: Collection[TagId]) -> dict[TagId, Tag]:
        found = ((tag, self.get(account, tag)) for tag in tags)
        return {number: tag for number, tag in found if tag is not None}

    def list_of(self, account: AccountId) -> list[Tag]:
        found = self.get_many(account, [number for owner, number in self.stored if owner == account])
        return [found[number] for number in sorted(found)]

    def named(self, account: AccountId, name: str) -> Tag | None:
        return next((tag for tag in self.list_of(account) if folded(tag.name) == folded(name)), None)

    def change(self, tag: Tag) -> Tag:
        current = self.get(tag.account, tag.id)
        if current is None:
            raise NotFound("There is no such tag", param="id")
        if current.version != tag.version:
            raise Outdated("The tag was changed since it was read")
        self._require_free(tag)
        self.stored[tag.account, tag.id] = replace(tag, version=tag.version + 1)
        return replace(self.stored[tag.account, tag.id], domains=current.domains)

    def remove(self, account: AccountId, tag: TagId) -> None:
        if self.stored.pop((account, tag), None) is None:
            raise NotFound("There is no such tag", param="id")
        self.domains.accounts.uncount(account, Counted.TAGS)

    def sweep(self, account: AccountId, tag: TagId) -> int:
        left = [] if (account, tag) in self.stored else self._with(account, tag)
        for domain in left:
            self.domains.put(replace(domain, tags=domain.tags - {tag}))
        return len(left)

    def put_on(self, domain: Domain, tags: frozenset[TagId]) -> Domain:
        current = self.domains.get(domain.account, domain.id)
        if current is None:
            raise NotFound("The requested resource could not be found", param="id")
        if len(tags) > MOST_TAGS:
            raise Invalid(f"A domain may have {MOST_TAGS} tags", param="tag_ids")
        if any((domain.account, tag) not in self.stored for tag in tags - current.tags):
            raise NotFound("There is no such group or tag")
        return self.domains.put(replace(current, tags=tags))

    def domains_of(self, account: AccountId, tag: TagId, *, after: DomainId | None, limit: int) -> DomainIds:
        return page_of(self._with(account, tag), after, limit)

    def _with(self, account: AccountId, tag: TagId) -> list[Domain]:
        return [domain for domain in self.domains.of(account) if tag in domain.tags]

    def _require_free(self, tag: Tag) -> None:
        taken = self.named(tag.account, tag.name)
        if taken is not None and taken.id != tag.id:
            raise Conflict("The account has a tag of that name", param="name")
