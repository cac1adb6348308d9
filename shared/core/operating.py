"""What the operator of a deployment does with the accounts of others."""

from __future__ import annotations

from shared.core.access import administer
from shared.core.accounts import Account, Accounts, Terms, agree_terms
from shared.core.api_keys import ApiKeys
from shared.core.callers import Caller
from shared.core.errors import Forbidden, NotFound
from shared.core.ids import ACCOUNT, AccountId, parse
from shared.core.members import Members


def is_operator(caller: Caller) -> bool:
    """Whether it may: an administrator of the operator's account."""
    try:
        require_operator(caller)
    except Forbidden:
        return False
    return True


def require_operator(caller: Caller) -> None:
    if not caller.account.operator:
        raise Forbidden("This is for the operator of the deployment")
    administer(caller)


def operated(caller: Caller, accounts: Accounts, reference: str) -> Account:
    """An account of the deployment. ``NotFound`` for everybody but the operator: it is somebody else's."""
    if not caller.account.operator:
        raise _missing()
    require_operator(caller)
    account = accounts.get(AccountId(parse(ACCOUNT, reference)))
    if account is None:
        raise _missing()
    return account


def put_on_terms(
    accounts: Accounts, keys: ApiKeys, members: Members, account: Account, terms: Terms
) -> Account:
    """As ``agree_terms``; keys and members go at the plan's rate from now on."""
    agreed = agree_terms(accounts, account, terms)
    rate = agreed.plan.requests_per_minute
    if rate != account.plan.requests_per_minute:
        for key in keys.list_of(account.id):
            keys.set_rate(key, rate)
        for member in members.list_of(account.id):
            members.set_rate(member, rate)
    return agreed


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")
