"""Senders of an account's own: entries that stand beside those of the catalogue, or in their place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from shared.core.access import Administration
from shared.core.errors import Invalid, NotFound, Outdated, PlanLimit
from shared.core.ids import AccountId
from shared.core.senders.catalogue import Catalogue, ListedTwice
from shared.core.senders.entries import EntryError, entry_of, sender_of
from shared.core.senders.sender import Sender

MOST: Final = 50
LARGEST: Final = 32_000
"""Characters of all entries of an account together: each rollup of its days reads them."""

_ATTEMPTS: Final = 4
_CACHED: Final = 64


@dataclass(frozen=True, slots=True)
class OwnSenders:
    """An account's entries by id. ``version`` counts replacements, 0 when there never was one."""

    senders: tuple[Sender, ...] = ()
    version: int = 0

    def by_id(self, id_: str) -> Sender | None:
        return next((sender for sender in self.senders if sender.id == id_), None)


class SenderExtensions(Protocol):
    def get(self, account: AccountId) -> OwnSenders: ...

    def replace(self, account: AccountId, senders: tuple[Sender, ...], *, expected: int) -> bool:
        """Put these in the place of version ``expected``; False when another version is there."""


def put_sender(
    extensions: SenderExtensions, right: Administration, id_: str, fields: Mapping[str, Any]
) -> tuple[Sender, bool]:
    """Add an entry, or replace the one of that id: the sender, and whether it is new. The id may be one of
    the catalogue: the account's entry then stands in its place. ``Invalid`` names the field, ``PlanLimit``,
    ``Outdated`` when others keep changing the entries."""
    try:
        sender = sender_of({**fields, "id": id_})
    except EntryError as error:
        raise Invalid(f"{error.key} {error.problem}", param=error.key) from None

    def added(known: OwnSenders) -> tuple[Sender, ...]:
        others = tuple(other for other in known.senders if other.id != id_)
        _refuse_shared((*others, sender))
        _refuse_excess((*others, sender))
        return tuple(sorted((*others, sender), key=lambda each: each.id))

    before = _replace(extensions, right.account.id, added)
    return sender, before.by_id(id_) is None


def remove_sender(extensions: SenderExtensions, right: Administration, id_: str) -> Sender:
    """The entry as it was; ``NotFound`` also for what is the catalogue's."""

    def without(known: OwnSenders) -> tuple[Sender, ...]:
        if known.by_id(id_) is None:
            raise NotFound("The account has no sender of its own with this id")
        return tuple(other for other in known.senders if other.id != id_)

    before = _replace(extensions, right.account.id, without)
    return next(sender for sender in before.senders if sender.id == id_)


def _replace(
    extensions: SenderExtensions,
    account: AccountId,
    change: Callable[[OwnSenders], tuple[Sender, ...]],
) -> OwnSenders:
    for _ in range(_ATTEMPTS):
        known = extensions.get(account)
        if extensions.replace(account, change(known), expected=known.version):
            return known
    raise Outdated("The account's senders are being changed by others; try again")


def _refuse_shared(senders: tuple[Sender, ...]) -> None:
    """No evidence belongs to two entries of one account, as it does to no two of one file."""
    try:
        Catalogue([("own senders", senders)])
    except ListedTwice as error:
        message = f"{error.key} {error.value!r} is listed twice, here or in another of the account's senders"
        raise Invalid(message, param=error.key) from None


def _refuse_excess(senders: tuple[Sender, ...]) -> None:
    if len(senders) > MOST:
        raise PlanLimit(f"An account has {MOST} senders of its own at most")
    if len(json.dumps([entry_of(sender) for sender in senders])) > LARGEST:
        raise PlanLimit(f"The senders of an account have {LARGEST} characters at most, all together")


@dataclass(frozen=True, slots=True)
class Catalogues:
    """The catalogue as each account has it: the deployment's, with the account's own entries on top."""

    base: Catalogue
    extensions: SenderExtensions
    _made: dict[AccountId, tuple[int, Catalogue]] = field(default_factory=dict)

    def of(self, account: AccountId) -> Catalogue:
        return self.with_own(account)[0]

    def with_own(self, account: AccountId) -> tuple[Catalogue, OwnSenders]:
        own = self.extensions.get(account)
        if not own.senders:
            return self.base, own
        version, made = self._made.get(account, (0, self.base))
        if version != own.version:
            made = self.base.with_senders(own.senders, "the account's own")
            if len(self._made) >= _CACHED:
                self._made.clear()
            self._made[account] = own.version, made
        return made, own
