from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from shared.core.api_keys import WINDOW_SECONDS, Allowance, ApiKey, Spent
from shared.core.errors import Conflict, NotFound, PlanLimit
from shared.core.ids import AccountId, ApiKeyId


@dataclass
class FakeMinutes:
    """The count of the latest minute, as an item holds it."""

    window: int = 0
    used: int = 0

    @property
    def last(self) -> int | None:
        return self.window * WINDOW_SECONDS or None

    def count(self, limit: int, now: int) -> Allowance:
        window = max(now // WINDOW_SECONDS, self.window)
        used = self.used if window == self.window else 0
        reset = (window + 1) * WINDOW_SECONDS
        if used >= limit:
            return Allowance(limit, 0, reset, exceeded=True)
        self.window, self.used = window, used + 1
        return Allowance(limit, limit - self.used, reset)


class FakeApiKeys:
    def __init__(self) -> None:
        self.stored: dict[str, ApiKey] = {}
        self._minutes: dict[str, FakeMinutes] = {}

    def add(self, key: ApiKey, *, most: int) -> None:
        if key.hash in self.stored:
            raise Conflict("The key exists already")
        if len(self.list_of(key.account)) >= most:
            raise PlanLimit(f"The plan allows {most} API keys")
        self.stored[key.hash] = key

    def spend(self, key_hash: str, now: int) -> Spent | None:
        key = self.stored.get(key_hash)
        if key is None or key.expired(now):
            return None
        minutes = self._minutes.setdefault(key_hash, FakeMinutes())
        allowance = minutes.count(key.requests_per_minute, now)
        self.stored[key_hash] = replace(key, last_used=minutes.last)
        return Spent(self.stored[key_hash], allowance)

    def get(self, account: AccountId, key: ApiKeyId) -> ApiKey | None:
        return next((stored for stored in self.list_of(account) if stored.id == key), None)

    def list_of(self, account: AccountId) -> list[ApiKey]:
        keys = [key for key in self.stored.values() if key.account == account]
        return sorted(keys, key=lambda key: key.id, reverse=True)

    def rename(self, key: ApiKey, name: str) -> ApiKey:
        if key.hash not in self.stored:
            raise NotFound("The requested resource could not be found", param="id")
        self.stored[key.hash] = replace(self.stored[key.hash], name=name)
        return self.stored[key.hash]

    def set_rate(self, key: ApiKey, requests_per_minute: int) -> None:
        if key.hash in self.stored:
            self.stored[key.hash] = replace(self.stored[key.hash], requests_per_minute=requests_per_minute)

    def rotate(self, key: ApiKey, successor: ApiKey, *, until: int, most: int) -> None:
        stored = self.stored.get(key.hash)
        if stored is None or stored.successor is not None:
            raise Conflict("The key was rotated or revoked already", param="id")
        self.add(successor, most=most)
        self.stored[key.hash] = replace(stored, successor=successor.id, expires=until)

    def revoke(self, account: AccountId, key: ApiKeyId) -> bool:
        stored = self.get(account, key)
        if stored is None:
            return False
        del self.stored[stored.hash]
        return True


class FakeAddressLimits:
    def __init__(self) -> None:
        self._spent: Counter[tuple[str, str, int]] = Counter()

    def spend(self, address: str, bucket: str, limit: int, now: int) -> Allowance:
        window = now // WINDOW_SECONDS
        reset = (window + 1) * WINDOW_SECONDS
        if self._spent[address, bucket, window] >= limit:
            return Allowance(limit, 0, reset, exceeded=True)
        self._spent[address, bucket, window] += 1
        return Allowance(limit, limit - self._spent[address, bucket, window], reset)

    def forget(self) -> None:
        """As after a minute."""
        self._spent.clear()
