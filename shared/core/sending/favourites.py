"""Addresses that somebody marked as known to be good, of one domain."""

from __future__ import annotations

from typing import Final, Protocol

from shared.core.access import Readable, Writable
from shared.core.errors import NotFound, PlanLimit
from shared.core.ids import AccountId, DomainId
from shared.core.sending.canonical import required_address

MOST_FAVOURITES: Final = 200
"""Of one domain."""


class Favourites(Protocol):
    """Addresses in canonical form."""

    def of(self, account: AccountId, domain: DomainId) -> frozenset[str]: ...

    def add(self, account: AccountId, domain: DomainId, address: str, *, most: int) -> bool:
        """False where there are ``most`` others already. Adding one again is harmless."""

    def remove(self, account: AccountId, domain: DomainId, address: str) -> bool:
        """Whether it was there."""

    def forget(self, account: AccountId, domain: DomainId) -> None: ...


def favourites_of(favourites: Favourites, right: Readable) -> frozenset[str]:
    if right.domain is None:
        raise ValueError("favourites are of one domain")
    return favourites.of(right.account, right.domain.id)


def mark(favourites: Favourites, right: Writable, text: str) -> str:
    """The address in canonical form. ``NotFound`` for what is none, ``PlanLimit`` for one too many."""
    address = required_address(text)
    if not favourites.add(right.account, right.domain.id, address, most=MOST_FAVOURITES):
        raise PlanLimit(f"A domain has {MOST_FAVOURITES} favourites at most", param="ip")
    return address


def unmark(favourites: Favourites, right: Writable, text: str) -> None:
    """``NotFound`` for an address that is not marked."""
    if not favourites.remove(right.account, right.domain.id, required_address(text)):
        raise NotFound("This address is no favourite", param="ip")
