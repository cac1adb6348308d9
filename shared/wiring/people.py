"""People: the store, the user pool and the mail service behind the rules."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.cognito import CognitoDirectory
from shared.adapters.ses import SesLetters
from shared.core.letters import Letters
from shared.core.people.directory import Directory
from shared.core.people.people import People
from shared.wiring import clients, entropy, table
from shared.wiring.environment import optional, required


@cache
def directory() -> Directory:
    return CognitoDirectory(
        clients.cognito(), required(settings.USER_POOL), required(settings.USER_POOL_CLIENT)
    )


@cache
def letters() -> Letters:
    return SesLetters(clients.ses(), required(settings.LETTER_SENDER))


def providers() -> tuple[str, ...]:
    """Names of the identity providers that the pool knows."""
    return tuple(filter(None, optional(settings.IDENTITY_PROVIDERS).split(",")))


def people() -> People:
    return People(
        users=table.users(),
        members=table.members(),
        directory=directory(),
        letters=letters(),
        tickets=table.tickets(),
        attempts=table.attempts(),
        pages=required(settings.PAGES_URL),
        providers=providers(),
        new_secret=entropy.new_secret,
        random_bits=entropy.random_bits,
    )
