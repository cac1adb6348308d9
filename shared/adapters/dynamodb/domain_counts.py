"""The counts of an account's domains, as they follow one domain: in all, active and not parked, parked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import Step, update
from shared.core.domains import Domain
from shared.core.errors import Invalid, NotFound, PlanLimit, Refusal
from shared.core.ids import AccountId
from shared.core.plans import MOST_DOMAINS, DomainLimits

_NOTHING: Final[Mapping[str, int]] = {}
_WORDS: Final = {"domains": "domains", "active_domains": "active domains", "parked_domains": "parked domains"}


def count_step(
    account: AccountId,
    before: Domain | None,
    after: Domain | None,
    *,
    limits: DomainLimits = MOST_DOMAINS,
    more: Mapping[str, int] = _NOTHING,
) -> Step:
    """Moves the account's counts from one state of a domain to the next; None is that it is not there. Its
    condition fails where a count would grow beyond its limit. ``more`` is what else grows with
    it."""
    change = _change(before, after)
    bounds = _bounds(limits)
    moved: dict[str, Plain] = {name: by for name, by in change.items() if by}
    conditions = ["attribute_exists(#pk)"]
    for name in (name for name, by in change.items() if by > 0):
        conditions.append(f"(attribute_not_exists(#{name}) OR #{name} < :most_{name})")
        moved[f"most_{name}"] = bounds[name]
    moved.update({name: by for name, by in more.items() if by})
    added = ", ".join(f"#{name} :{name}" for name in moved if not name.startswith("most_"))
    if not added:
        return update(keys.account(account), "ADD #domains :none", "attribute_exists(#pk)", {"none": 0})
    return update(keys.account(account), f"ADD {added}", " AND ".join(conditions), moved)


def uncountable(
    there: Item | None, before: Domain | None, after: Domain | None, limits: DomainLimits, *, param: str
) -> Refusal:
    """Why the step failed, by what ``Cancelled`` says was there."""
    if there is None:
        return NotFound("The requested resource could not be found", param="id")
    bounds = _bounds(limits)
    growing = [name for name, by in _change(before, after).items() if by > 0]
    full = [name for name in growing if there.get(name, 0) >= bounds[name]] or growing
    message = f"The plan allows {bounds[full[0]]} {_WORDS[full[0]]}"
    # Clients of DMARCTrust's interface know one code for an activation too many.
    return Invalid(message, param=param) if full == ["active_domains"] else PlanLimit(message, param=param)


def _change(before: Domain | None, after: Domain | None) -> dict[str, int]:
    was, becomes = _counts(before), _counts(after)
    return {name: becomes[name] - was[name] for name in _WORDS}


def _counts(domain: Domain | None) -> dict[str, int]:
    if domain is None:
        return dict.fromkeys(_WORDS, 0)
    return {
        "domains": 1,
        "active_domains": int(domain.active and not domain.parked),
        "parked_domains": int(domain.parked),
    }


def _bounds(limits: DomainLimits) -> dict[str, int]:
    return {"domains": limits.total, "active_domains": limits.active, "parked_domains": limits.parked}
