"""What the operator does to an account is in the account's audit log as well."""

from __future__ import annotations

import getpass
import socket

from shared.core.audit import Actor, ActorKind, Deed, record
from shared.core.audit_detail import detail_of
from shared.core.ids import AccountId
from shared.wiring import entropy, table


def record_command(account: AccountId, action: str, resource: str, **detail: str) -> None:
    """Record what a command did, by the name that the API has for it. Where that fails the command does, too:
    who runs it sees why, and can run it again."""
    actor = Actor(ActorKind.OPERATOR, label=_who())
    deed = Deed(action, resource, detail_of(detail))
    record(table.audit(), account, actor, deed, now=entropy.now(), random_bits=entropy.random_bits)


def _who() -> str:
    """Of the machine that the command runs on: all that AWS credentials would add is in CloudTrail."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
