"""Sources that an account has approved for a domain: services that may send as it, with the addresses that
their own SPF record gives them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol
from uuid import UUID

from shared.core.access import Writable
from shared.core.domain_names import normalise
from shared.core.errors import Invalid, NotFound
from shared.core.ids import AccountId, DomainId

MOST: Final = 50
"""Sources of one domain."""

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class ApprovedSource:
    """``domain`` is where the service publishes its SPF; ``ips`` are the networks that this allowed when it
    last gave an answer, at ``resolved``. ``tag`` tells it from a later one with the same slug."""

    slug: str
    name: str
    domain: str
    tag: str
    created: int
    modified: int
    ips: tuple[str, ...] = ()
    resolved: int | None = None
    trouble: str = ""


class ApprovedSources(Protocol):
    def list_of(self, account: AccountId, domain: DomainId) -> list[ApprovedSource]:
        """By slug."""

    def get(self, account: AccountId, domain: DomainId, slug: str) -> ApprovedSource | None: ...

    def put(self, account: AccountId, domain: DomainId, source: ApprovedSource) -> None: ...

    def note_addresses(self, account: AccountId, domain: DomainId, source: ApprovedSource) -> None:
        """Store what was resolved, unless the source is gone or another one by now."""

    def remove(self, account: AccountId, domain: DomainId, slug: str) -> None: ...


def approve(
    sources: ApprovedSources,
    right: Writable,
    slug: str,
    *,
    name: str,
    source_domain: str,
    now: float,
    random_bits: Callable[[int], int],
) -> ApprovedSource:
    """Add a source, or change the one of that slug. ``Invalid`` for a bad slug, name or domain, and for one
    too many."""
    if _SLUG.fullmatch(slug) is None:
        raise Invalid("A slug has up to 63 lower-case letters, digits and hyphens", param="slug")
    shown = name.strip()
    if not shown or len(shown) > _LONGEST_NAME or not shown.isprintable():
        raise Invalid(f"A name has 1 to {_LONGEST_NAME} printable characters", param="name")
    normal = normalise(source_domain)
    account, domain = right.account, right.domain.id
    known = sources.get(account, domain, slug)
    if known is None and len(sources.list_of(account, domain)) >= MOST:
        raise Invalid(f"A domain may have {MOST} approved sources", param="slug")
    source = known or ApprovedSource(
        slug, shown, normal, str(UUID(int=random_bits(128), version=4)), int(now), int(now)
    )
    if source.domain != normal:
        source = replace(source, domain=normal, ips=(), resolved=None)
    source = replace(source, name=shown, modified=int(now))
    sources.put(account, domain, source)
    return source


def withdraw(sources: ApprovedSources, right: Writable, slug: str) -> None:
    """``NotFound`` for what was not approved."""
    found = sources.get(right.account, right.domain.id, slug) if _SLUG.fullmatch(slug) else None
    if found is None:
        raise NotFound("The requested resource could not be found", param="slug")
    sources.remove(right.account, right.domain.id, found.slug)
