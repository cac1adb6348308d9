"""What the status of an account lets anybody do there, whatever their rights."""

from __future__ import annotations

from shared.core.accounts import Account, Status
from shared.core.errors import AccountClosing, AccountSuspended


def require_standing(account: Account, *, writing: bool) -> None:
    """``AccountSuspended`` for all of a suspended account; ``AccountClosing`` for changes of one that is
    about to be deleted, and for all of one that is being deleted."""
    if account.status is Status.SUSPENDED:
        raise AccountSuspended("The operator suspended the account")
    if account.status is Status.DELETING or (writing and account.is_closing):
        raise AccountClosing("The account is being closed")
