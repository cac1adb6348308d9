from __future__ import annotations

from collections import Counter
from dataclasses import replace

from shared.core.api_keys import WINDOW_SECONDS, Allowance, ApiKey, Spent
from shared.core.ids import AccountId, ApiKeyId


class FakeApiKeys:
    def __init__(self) -> None:
        self.stored: dict[str, ApiKey] = {}
        self._spent: dict[str, tuple[int, int]] = {}

    def add(self, key: ApiKey) -> None:
        self.stored[key.hash] = key

    def spend(self, key_hash: str, now: int) -> Spent | None:
        key = self.stored.get(key_hash)
        if key is None:
            return None
        latest, count = self._spent.get(key_hash, (0, 0))
        window = max(now // WINDOW_SECONDS, latest)
        used = count if window == latest else 0
        limit = key.requests_per_minute
        reset = (window + 1) * WINDOW_SECONDS
        if used >= limit:
            return Spent(key, Allowance(limit, 0, reset, exceeded=True))
        self._spent[key_hash] = (window, used + 1)
        self.stored[key_hash] = replace(key, last_used=now)
        return Spent(self.stored[key_hash], Allowance(limit, limit - used - 1, reset))

    def list_of(self, account: AccountId) -> list[ApiKey]:
        keys = [key for key in self.stored.values() if key.account == account]
        return sorted(keys, key=lambda key: key.id, reverse=True)

    def revoke(self, account: AccountId, key: ApiKeyId) -> bool:
        for stored in self.list_of(account):
            if stored.id == key:
                del self.stored[stored.hash]
                return True
        return False


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
