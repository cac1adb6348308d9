"""API keys: secrets shown once, kept as hashes, spent with every request.

A key is looked up, its request counted and its last use noted by one conditional write, so that the
rate limit holds under any concurrency and authentication costs one write and one read of the account.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core.errors import NotFound, Unauthenticated
from shared.core.ids import AccountId, ApiKeyId, GroupId
from shared.core.rights import Level, Rights, Scope

PREFIX: Final = "ps_live_"
SHOWN: Final = 12
"""Characters of a secret that are kept, to tell keys apart by."""

_SECRET: Final = re.compile(r"ps_live_[A-Za-z0-9_-]{43}", re.ASCII)
WINDOW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class ApiKey:
    """``shown`` is the first 12 characters of the secret; times are epoch seconds."""

    id: ApiKeyId
    account: AccountId
    name: str
    shown: str
    hash: str
    requests_per_minute: int
    created: int
    last_used: int | None = None
    """The beginning of the minute of the last request."""
    scopes: frozenset[Scope] = frozenset(Scope)
    group: GroupId | None = None
    """The only group whose domains it opens; None for every domain."""
    expires: int | None = None
    """From then on it is refused."""
    successor: ApiKeyId | None = None
    """The key that it was rotated to."""

    @property
    def rights(self) -> Rights:
        return Rights(self.scopes, None if self.group is None else {self.group: Level.WRITE})

    def expired(self, now: float) -> bool:
        return self.expires is not None and self.expires <= now


@dataclass(frozen=True, slots=True)
class Allowance:
    """The state of a rate limit after a request: ``reset`` in epoch seconds."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    key: ApiKey
    allowance: Allowance


class ApiKeys(Protocol):
    def add(self, key: ApiKey, *, most: int) -> None:
        """``PlanLimit`` when the account has ``most`` keys already, expired ones among them; ``NotFound``
        when there is no such account; ``Conflict`` when the hash is taken."""

    def spend(self, key_hash: str, now: int) -> Spent | None:
        """Count one request of the key; ``None`` when there is no such key, or it was revoked or has expired.

        When the key's minute is used up nothing is counted and ``allowance.exceeded`` is set.
        """

    def get(self, account: AccountId, key: ApiKeyId) -> ApiKey | None: ...

    def list_of(self, account: AccountId) -> list[ApiKey]:
        """Keys that were not revoked, newest first."""

    def rename(self, key: ApiKey, name: str) -> ApiKey:
        """``NotFound`` when it was revoked meanwhile."""

    def set_rate(self, key: ApiKey, requests_per_minute: int) -> None:
        """Harmless when the key is gone."""

    def rotate(self, key: ApiKey, successor: ApiKey, *, until: int, most: int) -> None:
        """Add the successor and let the key expire, both or neither. ``Conflict`` when the key has a
        successor already or was revoked; ``PlanLimit`` as in ``add``."""

    def revoke(self, account: AccountId, key: ApiKeyId) -> bool:
        """False when the account has no such key. Takes effect with the next request."""


class AddressLimits(Protocol):
    """Requests that carry no valid key, counted by the address they come from."""

    def spend(self, address: str, bucket: str, limit: int, now: int) -> Allowance: ...


def hash_of(secret: str) -> str:
    """Secrets are 256 random bits, so one round of SHA-256 keeps them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def well_formed(secret: str) -> bool:
    return _SECRET.fullmatch(secret) is not None


def revoke_key(keys: ApiKeys, account: AccountId, key: ApiKeyId) -> None:
    if not keys.revoke(account, key):
        raise NotFound("The requested resource could not be found", param="id")


def revoke_keys_of_group(keys: ApiKeys, account: AccountId, group: GroupId) -> None:
    """Sweep up behind a group that was removed; its keys are refused already."""
    for key in keys.list_of(account):
        if key.group == group:
            keys.revoke(account, key.id)


def spend_key(keys: ApiKeys, secret: str, now: float) -> Spent:
    spent = keys.spend(hash_of(secret), int(now)) if well_formed(secret) else None
    if spent is None:
        raise Unauthenticated("Invalid or missing API key")
    return spent
