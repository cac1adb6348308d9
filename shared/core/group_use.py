"""Groups made, changed, removed and shown, by those who have the right to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from shared.core import ids
from shared.core.access import Administration
from shared.core.callers import Caller, require_scope, require_subscription, sees_every_domain
from shared.core.domains import Domain
from shared.core.errors import Conflict, Forbidden, Invalid, NotFound
from shared.core.groups import Group, Groups
from shared.core.ids import GroupId, mint
from shared.core.labels import checked_label
from shared.core.queues import RemovedGroup, Sweeps
from shared.core.rights import DEFAULT_GROUP, Level, Scope

LONGEST_NOTES: Final = 4_000


def create_group(
    groups: Groups,
    right: Administration,
    *,
    label: str,
    notes: str = "",
    parked: bool = False,
    now: float,
    random_bits: Callable[[int], int],
) -> Group:
    """``Invalid`` for what is no label or notes, ``Conflict`` for a label that is taken, ``PlanLimit``."""
    group = Group(
        id=GroupId(mint(now, random_bits(12))),
        account=right.account.id,
        label=checked_label(label, param="label"),
        created=int(now),
        notes=_checked_notes(notes),
        parked=parked,
    )
    groups.add(group, most=right.account.plan.groups)
    return group


def change_group(
    groups: Groups,
    right: Administration,
    reference: str,
    *,
    label: str | None = None,
    notes: str | None = None,
    parked: bool | None = None,
    hides_assigned: bool | None = None,
) -> Group:
    """What is None stays. ``Invalid`` where a group of that kind cannot be parked or hide. ``Conflict`` for a
    group that is to be parked and has domains: each of them would have to be parked, which the plan or what
    is hosted may forbid; they can be moved into a parked group, which says so of each."""
    group = named_group(groups, right, reference)
    if parked and group.id == DEFAULT_GROUP:
        raise Invalid("The default group cannot be parked", param="parked_domains")
    if hides_assigned and group.id != DEFAULT_GROUP:
        raise Invalid("Only the default group can hide assigned domains", param="hide_assigned_domains")
    if parked and not group.parked and group.domains:
        raise Conflict("Only a group without domains can be made a parked one", param="parked_domains")
    changed = replace(
        group,
        label=group.label if label is None else checked_label(label, param="label"),
        notes=group.notes if notes is None else _checked_notes(notes),
        parked=group.parked if parked is None else parked,
        hides_assigned=group.hides_assigned if hides_assigned is None else hides_assigned,
    )
    return group if changed == group else groups.change(changed)


def remove_group(groups: Groups, sweeps: Sweeps, right: Administration, reference: str) -> Group:
    """The group as it was; its domains stay. ``Forbidden`` for the default group.

    The sweep is asked for first, and does nothing to a group that is there: see ``remove_domain``."""
    group = named_group(groups, right, reference)
    if group.id == DEFAULT_GROUP:
        raise Forbidden("The default group cannot be deleted", param="id")
    sweeps.send([RemovedGroup(group.account, group.id)])
    groups.remove(group.account, group.id)
    return group


def named_group(groups: Groups, right: Administration, reference: str, *, param: str = "id") -> Group:
    """By prefixed id or raw number; ``NotFound``."""
    number = GroupId(ids.parse(ids.GROUP, reference, param=param))
    group = groups.get(right.account.id, number)
    if group is None:
        raise NotFound("The requested resource could not be found", param=param)
    return group


def shown_groups(groups: Groups, caller: Caller) -> list[Group]:
    """The groups that the caller has a level in, or all of them: who sees every domain sees every group."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    levels = caller.rights.levels
    if levels is None or sees_every_domain(caller):
        return groups.list_of(caller.account_id)
    found = groups.get_many(caller.account_id, [group for group in levels if _sees(caller, group)])
    return [found[number] for number in sorted(found)]


def shown_group(groups: Groups, caller: Caller, reference: str, *, param: str = "id") -> Group:
    """``NotFound`` also for a group that the caller has no level in."""
    require_subscription(caller)
    require_scope(caller, Scope.READ)
    number = GroupId(ids.parse(ids.GROUP, reference, param=param))
    group = groups.get(caller.account_id, number) if _sees(caller, number) else None
    if group is None:
        raise NotFound("The requested resource could not be found", param=param)
    return group


def group_ids(caller: Caller, domain: Domain) -> list[GroupId]:
    """The groups of a domain that the caller may know of, beside the default one."""
    live = domain.groups - caller.account.removed_groups
    return sorted(group for group in live if _sees(caller, group))


def require_not_in_parked(groups: Groups, domain: Domain) -> None:
    """``Conflict`` for a domain in a parked group: it stays parked as long as it is in there."""
    found: Collection[Group] = groups.get_many(domain.account, domain.groups).values()
    parked = next((group for group in found if group.parked), None)
    if parked is not None:
        raise Conflict(f"The domain is in the parked group {parked.label!r}", param="parked")


def _sees(caller: Caller, group: GroupId) -> bool:
    return sees_every_domain(caller) or caller.rights.level({group}) is not Level.NONE


def _checked_notes(text: str) -> str:
    if len(text) > LONGEST_NOTES:
        raise Invalid(f"Notes may have {LONGEST_NOTES:,} characters", param="notes")
    return text
