from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.core.ids import AccountId, DomainId
from shared.core.senders.history import SenderHistory
from shared.core.senders.own import OwnSenders
from shared.core.senders.sender import Sender


class FakeSenderHistories:
    def __init__(self) -> None:
        self.stored: dict[tuple[AccountId, DomainId], SenderHistory] = {}

    def get(self, account: AccountId, domain: DomainId) -> SenderHistory:
        return self.stored.get((account, domain), SenderHistory())

    def replace(self, account: AccountId, domain: DomainId, history: SenderHistory) -> bool:
        if self.get(account, domain).version != history.version:
            return False
        self.stored[account, domain] = replace(history, version=history.version + 1)
        return True

    def forget(self, account: AccountId, domain: DomainId) -> None:
        self.stored.pop((account, domain), None)


class FakeSenderExtensions:
    def __init__(self) -> None:
        self.stored: dict[AccountId, OwnSenders] = {}

    def get(self, account: AccountId) -> OwnSenders:
        return self.stored.get(account, OwnSenders())

    def replace(self, account: AccountId, senders: Iterable[Sender], *, expected: int) -> bool:
        if self.get(account).version != expected:
            return False
        self.stored[account] = OwnSenders(tuple(senders), expected + 1)
        return True
