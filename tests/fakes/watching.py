from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shared.core.ids import AccountId, DomainId
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.schedule import Turn
from shared.core.watching.seen import Seen
from shared.core.watching.states import Change, ChangeId, DnsState, Knowledge

_Home = tuple[AccountId, DomainId]


class FakeTurns:
    def __init__(self) -> None:
        self.stored: dict[_Home, Turn] = {}
        self.quarter: int | None = None

    def put(self, turn: Turn) -> None:
        self.stored[turn.account, turn.domain] = turn

    def remove(self, account: AccountId, domain: DomainId) -> None:
        self.stored.pop((account, domain), None)

    def of_slot(self, interval: int, slot: int) -> Iterator[Turn]:
        turns = sorted(self.stored.values(), key=lambda turn: (turn.domain, turn.account))
        return (turn for turn in turns if (turn.interval, turn.slot) == (interval, slot))

    def last_quarter(self) -> int | None:
        return self.quarter

    def finish_quarter(self, quarter: int) -> None:
        self.quarter = max(quarter, self.quarter or quarter)


class FakeSeenMail:
    def __init__(self) -> None:
        self.stored: dict[_Home, Seen] = {}

    def get(self, account: AccountId, domain: DomainId) -> Seen:
        return self.stored.get((account, domain), Seen())

    def put(self, account: AccountId, domain: DomainId, seen: Seen) -> None:
        self.stored[account, domain] = seen


class FakeApprovedSources:
    def __init__(self) -> None:
        self.stored: dict[tuple[_Home, str], ApprovedSource] = {}

    def list_of(self, account: AccountId, domain: DomainId) -> list[ApprovedSource]:
        mine = [source for (home, _), source in self.stored.items() if home == (account, domain)]
        return sorted(mine, key=lambda source: source.slug)

    def get(self, account: AccountId, domain: DomainId, slug: str) -> ApprovedSource | None:
        return self.stored.get(((account, domain), slug))

    def put(self, account: AccountId, domain: DomainId, source: ApprovedSource) -> None:
        self.stored[(account, domain), source.slug] = source

    def note_addresses(self, account: AccountId, domain: DomainId, source: ApprovedSource) -> None:
        current = self.get(account, domain, source.slug)
        if current is not None and (current.tag, current.modified) == (source.tag, source.modified):
            self.put(account, domain, source)

    def remove(self, account: AccountId, domain: DomainId, slug: str) -> None:
        self.stored.pop(((account, domain), slug), None)


class FakeDnsStates:
    """``turns``, ``mail`` and ``sources`` are what the real one keeps beside a state, and forgets with it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.turns = FakeTurns()
        self.mail = FakeSeenMail()
        self.sources = FakeApprovedSources()
        self.stored: dict[_Home, DnsState] = {}
        self.changes: dict[tuple[_Home, ChangeId], tuple[Change, int]] = {}
        self._now = now

    def get(self, account: AccountId, domain: DomainId) -> DnsState | None:
        return self.stored.get((account, domain))

    def knowledge(self, account: AccountId, domain: DomainId) -> Knowledge:
        sources = tuple(self.sources.list_of(account, domain))
        return Knowledge(self.get(account, domain), self.mail.get(account, domain), sources)

    def replace(self, state: DnsState, changes: Sequence[Change], *, expires: int) -> bool:
        home = state.account, state.domain
        current = self.stored.get(home)
        if (current.version if current else 0) != state.version - 1:
            return False
        self.stored[home] = state
        self.changes.update({(home, change.id): (change, expires) for change in changes})
        return True

    def history(
        self, account: AccountId, domain: DomainId, *, before: ChangeId | None, limit: int
    ) -> list[Change]:
        live = [
            change
            for (home, number), (change, expires) in self.changes.items()
            if home == (account, domain) and expires > self._now() and (before is None or number < before)
        ]
        return sorted(live, key=lambda change: change.id, reverse=True)[:limit]

    def count_history(self, account: AccountId, domain: DomainId) -> int:
        return len(self.history(account, domain, before=None, limit=len(self.changes)))

    def forget(self, account: AccountId, domain: DomainId) -> None:
        home = account, domain
        self.stored.pop(home, None)
        self.turns.remove(account, domain)
        self.mail.stored.pop(home, None)
        for key in [key for key in self.changes if key[0] == home]:
            del self.changes[key]
        for source in self.sources.list_of(account, domain):
            self.sources.remove(account, domain, source.slug)
