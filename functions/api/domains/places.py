"""In which groups domains are, whether they are parked there, and which tags they have."""

from __future__ import annotations

from dataclasses import replace

from functions.api.domains import schemas
from functions.api.domains.app import app
from shared.core import ids
from shared.core.access import Addable, Writable, administer, require_write_in
from shared.core.domain_changes import park_domain
from shared.core.domain_places import Shelves
from shared.core.domains import Domain
from shared.core.errors import Invalid, NotFound
from shared.core.group_use import named_group, require_not_in_parked, shown_group
from shared.core.groups import Group
from shared.core.hosting.commands import require_unhindered
from shared.core.ids import GroupId, TagId
from shared.core.parked_credits import require_credits
from shared.core.tag_use import find_tag, wanted_tags
from shared.wiring import table
from shared.wiring.api import report_domain


def shelves() -> Shelves:
    return Shelves(app.caller.account_id, table.domains(), table.groups(), table.tags())


def group_asked_for(reference: str | None) -> GroupId | None:
    """``NotFound`` for one that the caller does not see."""
    if reference is None:
        return None
    return shown_group(table.groups(), app.caller, reference, param="group_id").id


def tag_asked_for(reference: str | None) -> TagId | None:
    if reference is None:
        return None
    return find_tag(table.tags(), app.caller.account_id, reference, param="tag").id


def newcomer(body: schemas.AddDomain) -> tuple[Addable, bool, frozenset[TagId]]:
    """The right to add it where it is to be, whether it is parked there, and its tags."""
    right = require_write_in(app.caller, None if body.group_id is None else _number(body.group_id))
    group = None if right.group is None else table.groups().get(right.account.id, right.group)
    if right.group is not None and group is None:
        raise _no_group()
    parked = body.parked or (group is not None and group.parked)
    if parked:
        require_credits(table.rollups(), right.account, app.now)
    return right, parked, _tags(body.tag_ids, body.tag_names)


def placed(right: Writable, body: schemas.ChangeDomain, meant: Domain) -> Writable:
    """The domain parked or not, in its group and with its tags. ``meant`` is what it is to be otherwise. All
    that can be refused without trying is refused before anything is changed."""
    group = _entered(body.group_id)
    tags = None
    if body.tag_ids is not None or body.tag_names is not None:
        tags = _tags(body.tag_ids or [], body.tag_names or [])
    parked = _parked(right.domain, body.parked, group)
    _require_unhindered(meant if parked is None else replace(meant, parked=parked))
    if parked is not None:
        limits = app.caller.account.domain_limits
        right = right.after(park_domain(table.domains(), right, parked=parked, limits=limits, now=app.now))
    if group is not None:
        right = right.after(table.groups().assign(right.domain, group.id))
    if tags is not None:
        right = right.after(table.tags().put_on(right.domain, tags))
    return right


def _parked(domain: Domain, wanted: bool | None, entered: Group | None) -> bool | None:
    """Whether it is to be parked, by what is asked for and where it is; None leaves it as it is."""
    if wanted is False:
        require_not_in_parked(table.groups(), domain)
    if entered is not None and entered.parked:
        if wanted is False:
            raise Invalid("A domain in a parked group is parked", param="parked")
        wanted = True
    if wanted and not domain.parked:
        require_credits(table.rollups(), app.caller.account, app.now)
    return wanted


def _require_unhindered(meant: Domain) -> None:
    hosting = table.hostings().get(meant.account, meant.id) if meant.parked or not meant.kinds.tls else None
    if hosting is not None:
        require_unhindered(hosting, meant, own=f"{meant.token}@{report_domain()}")


def _entered(reference: str | None) -> Group | None:
    """For admins: who moves a domain decides who sees it."""
    if reference is None:
        return None
    right = administer(app.caller)
    try:
        return named_group(table.groups(), right, reference)
    except NotFound:
        raise _no_group() from None


def _tags(by_id: list[str], by_name: list[str]) -> frozenset[TagId]:
    return wanted_tags(table.tags(), app.caller.account_id, by_id=by_id, by_name=by_name)


def _number(reference: str) -> GroupId:
    try:
        return GroupId(ids.parse(ids.GROUP, reference))
    except NotFound:
        raise _no_group() from None


def _no_group() -> Invalid:
    return Invalid("There is no such group", param="group_id")
