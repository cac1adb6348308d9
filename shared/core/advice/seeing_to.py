"""Issues and tasks read and ignored one by one, and how many groups have of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shared.core import ids
from shared.core.access import read_domain, write_domain
from shared.core.advice.advices import Advices, Listed, PlanRow
from shared.core.advice.advising import Contended, with_row
from shared.core.advice.ledger import Kind
from shared.core.advice.lists import FEW, Shelf
from shared.core.callers import Caller
from shared.core.domains import Domains
from shared.core.errors import NotFound
from shared.core.groups import Group, Groups
from shared.core.ids import AccountId, DomainId, GroupId, MatterId
from shared.core.rights import DEFAULT_GROUP

PREFIXES: Final = {Kind.ISSUE: ids.ISSUE, Kind.TASK: ids.TASK}
_ATTEMPTS: Final = 5


def read_matter(shelf: Shelf, caller: Caller, kind: Kind, reference: str) -> Listed:
    """``NotFound`` also for one of a domain out of sight."""
    found = _find(shelf.advices, caller, kind, reference)
    read_domain(caller, str(found.domain), shelf.domains)
    return found


def ignore_matter(
    advices: Advices, domains: Domains, caller: Caller, kind: Kind, reference: str, *, ignored: bool | None
) -> Listed:
    """The matter afterwards. ``Forbidden`` for who may only read its domain. It stays ignored, whatever
    becomes of it, until somebody says otherwise; None leaves it as it is."""
    found = _find(advices, caller, kind, reference)
    write_domain(caller, str(found.domain), domains)
    if ignored is None:
        return found
    for _ in range(_ATTEMPTS):
        before = advices.get(caller.account_id, found.domain)
        there = before is not None and any(each.id == found.matter.id for each in before.matters)
        if before is None or not there:
            raise _absent()
        matters = tuple(
            replace(each, ignored=ignored) if each.id == found.matter.id else each for each in before.matters
        )
        after = replace(before, matters=matters)
        if before.row is not None:
            after = with_row(after, before.row)
        if after == before or advices.replace(before, after):
            changed = next(each for each in matters if each.id == found.matter.id)
            return replace(found, matter=changed)
    raise Contended(f"{_ATTEMPTS} attempts at {reference}")


def _find(advices: Advices, caller: Caller, kind: Kind, reference: str) -> Listed:
    number = MatterId(ids.parse(PREFIXES[kind], reference))
    found = advices.find(caller.account_id, kind, number)
    if found is None:
        raise _absent()
    return found


def _absent() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")


@dataclass(frozen=True, slots=True)
class ToDo:
    """What is open and not ignored in a group; ``busiest`` are the messages of its domain with most, in the
    window that advice rests on."""

    issues: int = 0
    tasks: int = 0
    busiest: int = 0


def to_do_of(
    advices: Advices, groups: Groups, account: AccountId, asked: Sequence[Group], *, hides: bool
) -> dict[GroupId, ToDo]:
    """By group. Of many domains the rows of all are read once, however many groups are asked about."""
    members = {group.id: _members(groups, account, group, hides=hides) for group in asked if group.domains}
    everybody = any(of_group is None for of_group in members.values())
    named = frozenset[DomainId]().union(*(of_group for of_group in members.values() if of_group is not None))
    if everybody or len(named) > FEW:
        rows = list(advices.rows(account, after=None, batch=1_000))
    else:
        rows = advices.rows_of(account, named)
    return {
        group.id: _summed(row for row in rows if (of := members[group.id]) is None or row.domain in of)
        if group.id in members
        else ToDo()
        for group in asked
    }


def _members(groups: Groups, account: AccountId, group: Group, *, hides: bool) -> frozenset[DomainId] | None:
    """None for all domains of the account."""
    if group.id == DEFAULT_GROUP and not hides:
        return None
    return groups.all_domains_of(account, {group.id})


def _summed(rows: Iterable[PlanRow]) -> ToDo:
    found = list(rows)
    return ToDo(
        sum(row.issues for row in found),
        sum(row.tasks for row in found),
        max((row.messages for row in found), default=0),
    )
