"""Who makes, renames, rotates and takes away API keys: only who administers the account.

Nobody makes a key that may more than he may himself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from shared.core.access import administer
from shared.core.accounts import Account
from shared.core.api_keys import PREFIX, SHOWN, ApiKey, ApiKeys, hash_of, revoke_key
from shared.core.callers import Caller
from shared.core.errors import Conflict, Forbidden, Invalid, NotFound, PlanLimit
from shared.core.groups import Groups
from shared.core.ids import ApiKeyId, GroupId, mint
from shared.core.rights import Scope

OF_THE_ACCOUNT: Final = frozenset({Scope.ADMIN, Scope.BILLING})
"""What no key of one group can have: it would reach beyond the group."""

OVERLAP_SECONDS: Final = 86_400
LONGEST_OVERLAP: Final = 7 * 86_400
LONGEST_LIFE: Final = 10 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """What a key is to be. ``scopes`` is None for all that can be had, ``group`` for every domain,
    ``expires`` (epoch seconds) for never."""

    name: str
    scopes: frozenset[Scope] | None = None
    group: GroupId | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Minting:
    """``new_secret``: 43 URL-safe characters."""

    now: float
    new_secret: Callable[[], str]
    random_bits: Callable[[int], int]

    def number(self) -> ApiKeyId:
        return ApiKeyId(mint(self.now, self.random_bits(12)))


def create_key(keys: ApiKeys, account: Account, terms: Terms, minting: Minting) -> tuple[ApiKey, str]:
    """A new key and its secret, which is never to be had again. Asks nobody's leave: it is the operator's."""
    secret = PREFIX + minting.new_secret()
    key = ApiKey(
        id=minting.number(),
        account=account.id,
        name=_name(terms.name),
        shown=secret[:SHOWN],
        hash=hash_of(secret),
        requests_per_minute=account.plan.requests_per_minute,
        created=int(minting.now),
        scopes=_scopes(terms, frozenset(Scope)),
        group=terms.group,
        expires=_expiry(terms.expires, minting.now),
    )
    most = account.plan.api_keys
    _placed(keys, account, minting.now, lambda: keys.add(key, most=most))
    return key, secret


def issue_key(
    caller: Caller, keys: ApiKeys, groups: Groups, terms: Terms, minting: Minting
) -> tuple[ApiKey, str]:
    """As ``create_key``, for a caller: ``Forbidden`` without the right to administer, or for scopes beyond
    his own."""
    account = administer(caller).account
    scopes = _scopes(terms, caller.rights.scopes)
    _require_own(caller, scopes)
    if terms.group is not None and groups.get(account.id, terms.group) is None:
        raise Invalid("The account has no such group", param="group_id")
    return create_key(keys, account, replace(terms, scopes=scopes), minting)


def rename_key(caller: Caller, keys: ApiKeys, number: ApiKeyId, name: str) -> ApiKey:
    return keys.rename(_found(caller, keys, number), _name(name))


def rotate_key(
    caller: Caller, keys: ApiKeys, number: ApiKeyId, overlap: int, minting: Minting
) -> tuple[ApiKey, str]:
    """A successor with a secret of its own, and as long a life; the old key works ``overlap`` more seconds.

    Each key may be in the middle of one rotation beyond the plan's number of keys, so that an account with
    all of them can still rotate."""
    old = _found(caller, keys, number)
    _require_own(caller, old.scopes)
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise Invalid(f"The keys can overlap for 0 to {LONGEST_OVERLAP} seconds", param="overlap_seconds")
    if old.expired(minting.now):
        raise Conflict("The key has expired", param="id")
    now, account = int(minting.now), caller.account
    secret = PREFIX + minting.new_secret()
    successor = replace(
        old,
        id=minting.number(),
        shown=secret[:SHOWN],
        hash=hash_of(secret),
        requests_per_minute=account.plan.requests_per_minute,
        created=now,
        last_used=None,
        expires=None if old.expires is None else now + old.expires - old.created,
    )
    until = now + overlap if old.expires is None else min(now + overlap, old.expires)
    most = 2 * account.plan.api_keys
    _placed(keys, account, now, lambda: keys.rotate(old, successor, until=until, most=most))
    return successor, secret


def take_key(caller: Caller, keys: ApiKeys, number: ApiKeyId) -> None:
    """Revoke a key, also the very one that is asked with."""
    revoke_key(keys, administer(caller).account.id, number)


def list_keys(caller: Caller, keys: ApiKeys) -> list[ApiKey]:
    return keys.list_of(administer(caller).account.id)


def _found(caller: Caller, keys: ApiKeys, number: ApiKeyId) -> ApiKey:
    key = keys.get(administer(caller).account.id, number)
    if key is None:
        raise NotFound("The requested resource could not be found", param="id")
    return key


def _placed(keys: ApiKeys, account: Account, now: float, place: Callable[[], None]) -> None:
    """Expired keys make room where the plan has none."""
    try:
        place()
    except PlanLimit:
        gone = [key for key in keys.list_of(account.id) if key.expired(now)]
        if not gone:
            raise
        for key in gone:
            keys.revoke(account.id, key.id)
        place()


def _name(text: str) -> str:
    name = text.strip()
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise Invalid("A key needs a name of 1 to 100 printable characters", param="name")
    return name


def _scopes(terms: Terms, most: frozenset[Scope]) -> frozenset[Scope]:
    """Who may write or read failure reports may read."""
    if terms.scopes is None:
        return most if terms.group is None else most - OF_THE_ACCOUNT
    if not terms.scopes:
        raise Invalid("A key needs at least one scope", param="scopes")
    if terms.group is not None and terms.scopes & OF_THE_ACCOUNT:
        raise Invalid("A key of one group cannot have the scopes admin and billing", param="scopes")
    implied = {Scope.READ} if terms.scopes & {Scope.WRITE, Scope.FORENSIC} else set()
    return terms.scopes | implied


def _require_own(caller: Caller, scopes: frozenset[Scope]) -> None:
    beyond = sorted(scopes - caller.rights.scopes)
    if beyond:
        raise Forbidden(f"You do not have the scope {beyond[0]} yourself", param="scopes")


def _expiry(expires: int | None, now: float) -> int | None:
    if expires is not None and not now < expires <= now + LONGEST_LIFE:
        raise Invalid("A key can expire within ten years from now, not before", param="expires_at")
    return expires
