"""Digests: to each member who wants them, of what they may see, once for each period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core.access import Readable, read_account, system_readable
from shared.core.accounts import Account, Accounts
from shared.core.advice.advices import Advices
from shared.core.advice.ledger import Kind
from shared.core.alerts.alerts import Alert, AlertFilter, Alerts
from shared.core.alerts.digest_letter import Digest, DomainLine, digest_letter
from shared.core.alerts.events import AlertKind
from shared.core.alerts.report_watch import DigestOrder
from shared.core.alerts.rhythms import Period, due, rhythm_of
from shared.core.alerts.spikes import COUNTED
from shared.core.alerts.unsubscribing import unsubscribe_token
from shared.core.alerts.wording import title_of
from shared.core.callers import Caller
from shared.core.clock import DAY_SECONDS, epoch_of
from shared.core.domains import Domain, Domains
from shared.core.errors import Forbidden
from shared.core.groups import Groups
from shared.core.ids import AccountId, DomainId, UserId
from shared.core.letters import Letters, Undeliverable, link
from shared.core.members import Member, Members
from shared.core.rollups import Rollups

REMEMBERED: Final = 60 * DAY_SECONDS
"""How long it is known that a digest was sent: longer than anything can ask for it again."""

_PAGE: Final = 100
_MOST_ALERTS: Final = 1_000


class DigestMarks(Protocol):
    """Which digests were sent."""

    def claim(self, account: AccountId, reader: UserId, period: str, now: int) -> bool:
        """Whether the caller is to send it: nobody was before."""

    def release(self, account: AccountId, reader: UserId, period: str, now: int) -> None:
        """It was not sent after all."""

    def claimed(self, account: AccountId, reader: UserId, period: str) -> int | None:
        """When it was."""


@dataclass(frozen=True, slots=True)
class Digester:
    """``pages`` is what links in letters begin with, ``key`` signs those that end the digests."""

    accounts: Accounts
    members: Members
    domains: Domains
    groups: Groups
    rollups: Rollups
    alerts: Alerts
    advices: Advices
    marks: DigestMarks
    letters: Letters
    pages: str
    key: bytes

    def send(self, order: DigestOrder, now: int) -> int:
        """All that are due in the account. How many letters it was. Asked again, those that were sent are
        not sent twice: who dies between the claim and the letter leaves one unsent."""
        account = self.accounts.get(order.account)
        if account is None or account.is_closing:
            return 0
        wanted = [
            (member, period)
            for member in self.members.list_of(account.id)
            if member.active and (period := due(rhythm_of(member.settings), order.today)) is not None
        ]
        if not wanted:
            return 0
        figures = _Figures(self, account)
        return sum(self._send(account, member, period, figures, now) for member, period in wanted)

    def _send(self, account: Account, member: Member, period: Period, figures: _Figures, now: int) -> bool:
        try:
            right = read_account(Caller(account, None, now, member.rights, member.user), self.groups)
        except Forbidden:
            return False
        before = self.marks.claimed(account.id, member.user, period.before.name)
        since = epoch_of(period.first) if before is None else before + 1
        lines = figures.lines(right, period, since, now)
        titles = [title_of(alert) for alert in figures.alerts(right, since, now)]
        digest = Digest(account.title, period, lines, titles)
        if not self.marks.claim(account.id, member.user, period.name, now):
            return False
        token = unsubscribe_token(self.key, account.id, member.user)
        letter = digest_letter(
            member.email,
            digest,
            stop=link(self.pages, "unsubscribe", token),
            one_click=f"{self.pages.rstrip('/')}/unsubscribe?token={token}",
        )
        sent = False
        try:
            self.letters.send(letter)
            sent = True
        except Undeliverable:
            return False
        finally:
            if not sent:
                self.marks.release(account.id, member.user, period.name, now)
        return True


class _Figures:
    """Read once for all readers of an account."""

    def __init__(self, digester: Digester, account: Account) -> None:
        self._digester = digester
        self._account = account
        self._domains = [domain for domain in self._every_domain() if domain.active]
        self._sums: dict[tuple[Period, DomainId], tuple[int, int]] = {}
        self._issues: Mapping[DomainId, int] | None = None

    def lines(self, right: Readable, period: Period, since: int, now: int) -> list[DomainLine]:
        told = self.alerts(right, since, now)
        alerts = Counter(alert.domain for alert in told)
        sources = Counter(alert.domain for alert in told if alert.kind is AlertKind.NEW_SOURCE)
        return [
            DomainLine(
                domain.name,
                *self._sum(period, domain),
                new_sources=sources[domain.id],
                alerts=alerts[domain.id],
                issues=self._open_issues().get(domain.id, 0),
            )
            for domain in self._domains
            if right.covers(domain.id)
        ]

    def alerts(self, right: Readable, since: int, now: int) -> list[Alert]:
        """Those that were raised since, as many as a letter has a use for."""
        wanted = AlertFilter(raised_from=since, raised_to=now, within=right.within)
        found: list[Alert] = []
        after = None
        while len(found) < _MOST_ALERTS:
            page = self._digester.alerts.page(self._account.id, wanted, after=after, limit=_PAGE)
            found += page.items
            after = page.after
            if after is None:
                break
        return sorted(found, key=lambda alert: alert.raised, reverse=True)

    def _sum(self, period: Period, domain: Domain) -> tuple[int, int]:
        """Messages, and those that passed DMARC."""
        if (period, domain.id) not in self._sums:
            days = self._digester.rollups.totals(system_readable(domain), period.first, period.last)
            counters = [day.share(COUNTED).counters for day in days]
            messages = sum(each.messages for each in counters)
            self._sums[period, domain.id] = messages, sum(each.dmarc_pass for each in counters)
        return self._sums[period, domain.id]

    def _open_issues(self) -> Mapping[DomainId, int]:
        if self._issues is None:
            numbers = [domain.id for domain in self._domains]
            found = self._digester.advices.get_many(self._account.id, numbers)
            self._issues = {advice.domain: advice.count(Kind.ISSUE) for advice in found}
        return self._issues

    def _every_domain(self) -> Iterator[Domain]:
        after = None
        while True:
            page = self._digester.domains.page(self._account.id, after=after, limit=_PAGE)
            yield from page.items
            if not page.more or not page.items:
                return
            after = page.items[-1].id
