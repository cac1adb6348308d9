"""Exports and deletions of accounts as they run."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.archive import S3Archive
from shared.adapters.shelves import S3Shelves
from shared.core.closing import QUIET_SECONDS, Closer
from shared.core.exports import Archive, Exporter
from shared.core.ids import AccountId, UserId
from shared.core.people.leaving import forget_membership
from shared.core.people.people import People
from shared.wiring import clients, entropy, table
from shared.wiring.buckets import mailbox
from shared.wiring.environment import required
from shared.wiring.people import directory, letters
from shared.wiring.queues import hosting_checks


def delay() -> int:
    """Seconds from an account's closing to its deletion."""
    return int(required(settings.CLOSING_DELAY))


@cache
def archive() -> Archive:
    return S3Archive(clients.s3(), required(settings.DATA_BUCKET))


@cache
def exporter() -> Exporter:
    return Exporter(
        accounts=table.accounts(),
        domains=table.domains(),
        holdings=table.holdings(),
        mailbox=mailbox(),
        exports=table.exports(),
        archive=archive(),
    )


@cache
def closer() -> Closer:
    """Where accounts are deleted after seconds, it is not quiet for longer than that either."""
    return Closer(
        accounts=table.accounts(),
        members=table.members(),
        domains=table.domains(),
        turns=table.turns(),
        hosting_checks=hosting_checks(),
        mailbox=mailbox(),
        holdings=table.holdings(),
        shelves=S3Shelves(clients.s3(), required(settings.MAIL_BUCKET), required(settings.DATA_BUCKET)),
        forget=_forget,
        quiet_seconds=min(QUIET_SECONDS, delay()),
    )


def _forget(account: AccountId, user: UserId) -> None:
    """Nobody is written to, so that the links of letters lead nowhere."""
    leaving = People(
        users=table.users(),
        members=table.members(),
        directory=directory(),
        letters=letters(),
        tickets=table.tickets(),
        attempts=table.attempts(),
        pages="",
        providers=(),
        new_secret=entropy.new_secret,
        random_bits=entropy.random_bits,
    )
    forget_membership(leaving, account, user)
