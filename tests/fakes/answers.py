from __future__ import annotations

from shared.core.idempotency import CLAIM_SECONDS, KEPT_SECONDS, Claim, Kept
from shared.core.ids import AccountId


class FakeAnswers:
    def __init__(self) -> None:
        self.stored: dict[tuple[AccountId, str], tuple[Claim, int]] = {}

    def claim(self, account: AccountId, key: str, fingerprint: str, now: int) -> Claim | None:
        held = self.stored.get((account, key))
        if held is not None and held[1] > now:
            return held[0]
        self.stored[account, key] = Claim(fingerprint, None), now + CLAIM_SECONDS
        return None

    def keep(self, account: AccountId, key: str, fingerprint: str, answer: Kept, now: int) -> None:
        held = self.stored.get((account, key))
        if held is not None and held[0].fingerprint == fingerprint:
            self.stored[account, key] = Claim(fingerprint, answer), now + KEPT_SECONDS

    def release(self, account: AccountId, key: str, fingerprint: str) -> None:
        held = self.stored.get((account, key))
        if held is not None and held[0] == Claim(fingerprint, None):
            del self.stored[account, key]
