"""Closing an account: it is read only for a while, and then all of it goes.

The deletion is made of small pieces, each of which finds by itself what is left: so it can be stopped
anywhere, done twice, or begun again. What lets anything in goes first: the reporting addresses, the keys, the
people. What was under way then may still leave something behind; so the account's own item, by which
everything is found, goes only when nothing was left for as long as anything can be under way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from shared.core.accounts import Account, Accounts
from shared.core.clock import utc_day
from shared.core.domains import Domains
from shared.core.errors import Conflict, Invalid
from shared.core.holdings import Holdings, LeavingDomain, Shelves
from shared.core.ids import AccountId, UserId
from shared.core.letters import Letters, Undeliverable, account_closing
from shared.core.mail import Mailbox
from shared.core.members import Member, Members
from shared.core.queues import LONGEST_DELAY, CloseAccount, Closings, HostingCheck, HostingChecks
from shared.core.watching.schedule import Turns

QUIET_SECONDS: Final = 900
"""Longer than a mail that was taken in hand before can be under way, with a second attempt at it."""

QUIET_POLL: Final = 300
"""Seconds between two looks while it is quiet."""

_MOST_TOLD: Final = 25
"""People who are written to while somebody waits for the answer."""

_PIECE: Final = 25
_WIPED: Final = 500
"""Domains and people, and items or objects, that one piece removes at most."""


def close_account(
    accounts: Accounts, closings: Closings, account: Account, typed: str, *, delay: int, now: float
) -> Account:
    """Have the account deleted in ``delay`` seconds; one that is closing already keeps its time. ``Invalid``
    unless its name, or its address where it has none, is ``typed`` again; ``Conflict`` for the account that
    runs the deployment."""
    if account.operator:
        raise Conflict("The operator's account cannot be closed")
    if typed.strip() != account.title:
        raise Invalid("Type the account's name to close it", param="name")
    closing = accounts.close(account.id, closes=int(now) + delay)
    if delay <= LONGEST_DELAY:
        closings.send([CloseAccount(closing.id)], delay=delay)
    return closing


def tell_of_closing(letters: Letters, members: Members, account: Account) -> None:
    """Mail the owner and the administrators of an account that is closing; of very many the first ones."""
    running = [member for member in members.list_of(account.id) if member.active and _runs(member)]
    running.sort(key=lambda member: not member.owner)
    deleted = utc_day(account.closes or 0)
    for member in running[:_MOST_TOLD]:
        with suppress(Undeliverable):
            letters.send(account_closing(member.email, account=account.title, deleted=deleted))


def _runs(member: Member) -> bool:
    return member.owner or member.admin


def due_closings(accounts: Iterable[Account], now: float) -> list[CloseAccount]:
    """Of all accounts: once a day, for what the queue has forgotten."""
    return [
        CloseAccount(account.id)
        for account in accounts
        if account.is_closing and account.closes is not None and account.closes <= now
    ]


@dataclass(frozen=True, slots=True)
class Closer:
    """``forget`` clears up behind a membership that is gone: the user too, where it was the last one."""

    accounts: Accounts
    members: Members
    domains: Domains
    turns: Turns
    hosting_checks: HostingChecks
    mailbox: Mailbox
    holdings: Holdings
    shelves: Shelves
    forget: Callable[[AccountId, UserId], None]
    quiet_seconds: int = QUIET_SECONDS

    def advance(self, order: CloseAccount, now: int) -> tuple[CloseAccount, int] | None:
        """Remove a piece of an account whose time has come. What is to be done next, and in how many seconds;
        None when there is nothing to do any more."""
        account = self.accounts.begin_deletion(order.account, now)
        if account is None:
            return None
        if any(step(account) for step in (self._people, self._domains, self._mails, self._rest)):
            return CloseAccount(account.id), 0
        since = now if order.quiet is None else order.quiet
        left = since + self.quiet_seconds - now
        if left > 0:
            return CloseAccount(account.id, since), min(left, QUIET_POLL)
        if self._domains_again(account):
            return CloseAccount(account.id, since), 0
        self.accounts.remove(account.id)
        return None

    def _people(self, account: Account) -> int:
        for member in self.members.list_of(account.id)[:_PIECE]:
            self.holdings.note_person(account.id, member.user)
            self.holdings.end_membership(account.id, member.user)
        left = self.holdings.leaving_people(account.id, _PIECE)
        for user in left:
            self.forget(account.id, user)
            self.holdings.forget_person(account.id, user)
        return len(left)

    def _domains(self, account: Account) -> int:
        """A domain is noted before it is removed. What is hosted for it is served until its CNAMEs are gone:
        a look at it begins that."""
        for there in self.domains.page(account.id, after=None, limit=_PIECE).items:
            self.holdings.note_domain(there)
            self.turns.remove(account.id, there.id)
            self.domains.remove(there)
            self.hosting_checks.send([HostingCheck(account.id, there.id)])
        left = self.holdings.leaving_domains(account.id, _PIECE)
        for domain in left:
            if self._wiped(account, domain) == 0:
                self.holdings.set_aside(account.id, domain)
        return len(left)

    def _domains_again(self, account: Account) -> int:
        """Once more, now that nothing can be under way: a report may have been filed, or a day summed up,
        while its domain went."""
        left = self.holdings.domains_aside(account.id, _PIECE)
        for domain in left:
            if self._wiped(account, domain) == 0:
                self.holdings.forget_domain(account.id, domain.id)
        return len(left)

    def _wiped(self, account: Account, domain: LeavingDomain) -> int:
        gone = self.holdings.wipe_domain(account.id, domain.id, _WIPED)
        return gone + self.shelves.wipe_token(domain.token, _WIPED)

    def _mails(self, account: Account) -> int:
        found = self.holdings.mails(account.id, _WIPED)
        for mail in found:
            if not mail.shared:
                self.mailbox.remove(mail.place)
        self.holdings.forget_mails(account.id, found)
        return len(found) + self.shelves.wipe_token(account.token, _WIPED)

    def _rest(self, account: Account) -> int:
        return self.holdings.wipe(account.id, _WIPED) + self.shelves.wipe_account(account.id, _WIPED)
