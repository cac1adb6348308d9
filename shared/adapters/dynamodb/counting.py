"""What is counted on the account's item: steps for the transaction that adds or removes the thing itself.

The condition and the count are one write, so that of two that race for the last place one is refused."""

from __future__ import annotations

from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item
from shared.adapters.dynamodb.table import Step, update
from shared.core.accounts import Counted
from shared.core.errors import Invalid, NotFound, PlanLimit, Refusal
from shared.core.ids import AccountId

_WORDS = {Counted.API_KEYS: "API keys"}


OWNED: Final = "owned"
"""Of an account's item: that it has an owner, or somebody who is invited to be it."""


def counted(account: AccountId, what: Counted, *, most: int, as_owner: bool = False) -> Step:
    """Count one more: the step's condition fails when there are ``most`` already, no such account, or, for
    its owner, when it has one."""
    once = f" AND attribute_not_exists(#{OWNED})" if as_owner else ""
    return update(
        keys.account(account),
        f"{f'SET #{OWNED} = :yes ' if as_owner else ''}ADD #{what} :one",
        f"attribute_exists(#pk) AND (attribute_not_exists(#{what}) OR #{what} < :most){once}",
        {"one": 1, "most": most, **({"yes": True} if as_owner else {})},
    )


def uncounted(account: AccountId, what: Counted, *, as_owner: bool = False) -> Step:
    """Count one less: belongs into the transaction whose other steps see to it that it is there to be
    removed."""
    change = f"ADD #{what} :one{f' REMOVE #{OWNED}' if as_owner else ''}"
    return update(keys.account(account), change, "attribute_exists(#pk)", {"one": -1})


def uncountable(there: Item | None, what: Counted, *, most: int) -> Refusal:
    """Why ``counted`` failed, by what ``Cancelled`` says was there."""
    if there is None:
        return NotFound("The requested resource could not be found")
    if what is Counted.WEBHOOKS:
        return Invalid(f"An account may have {most} webhooks", param="url")
    return PlanLimit(f"The plan allows {most} {_WORDS.get(what, what.value)}")
