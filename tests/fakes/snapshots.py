from __future__ import annotations

from dataclasses import replace

from shared.core.ids import AccountId, DomainId
from shared.core.sending.snapshots import Snapshot, SnapshotState, pack, unpack


class FakeSnapshots:
    def __init__(self) -> None:
        self.states: dict[AccountId, SnapshotState] = {}
        self.stored: dict[AccountId, bytes] = {}

    def state(self, account: AccountId) -> SnapshotState:
        return self.states.get(account, SnapshotState())

    def read(self, account: AccountId) -> Snapshot | None:
        packed = self.stored.get(account)
        return None if packed is None else unpack(packed)

    def ask(self, account: AccountId, now: int, *, apart: int) -> bool:
        before = self.state(account)
        if before.asked is not None and before.asked > now - apart:
            return False
        self.states[account] = replace(before, asked=now)
        return True

    def put(self, account: AccountId, snapshot: Snapshot) -> bool:
        before = self.state(account)
        if before.made is not None and before.made > snapshot.made:
            return False
        self.states[account] = replace(before, made=snapshot.made)
        self.stored[account] = pack(snapshot)
        return True

    def forget(self, account: AccountId, domain: DomainId) -> None:
        if account in self.stored:
            self.stored[account] = pack(unpack(self.stored[account]).without(domain))
