"""Tags made, changed, removed and put on domains, by those who have the right to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

from shared.core import ids
from shared.core.access import Administration
from shared.core.callers import Caller, within
from shared.core.errors import Invalid, NotFound
from shared.core.groups import Groups
from shared.core.ids import AccountId, DomainId, TagId, mint
from shared.core.labels import checked_label
from shared.core.queues import RemovedTag, Sweeps
from shared.core.tags import MOST_TAGS, Tag, Tags

PLAIN: Final = "#64748B"
"""The colour of a tag that was given none."""

_BATCH: Final = 1_000
_COLOR: Final = re.compile(r"#[0-9A-F]{6}", re.ASCII)


def create_tag(
    tags: Tags,
    right: Administration,
    *,
    name: str,
    color: str = PLAIN,
    now: float,
    random_bits: Callable[[int], int],
) -> Tag:
    """``Invalid`` for what is no name or colour, ``Conflict`` for a name that is taken, ``PlanLimit``."""
    tag = Tag(
        id=TagId(mint(now, random_bits(12))),
        account=right.account.id,
        name=checked_label(name, param="name"),
        color=_checked_color(color),
        created=int(now),
    )
    tags.add(tag, most=right.account.plan.tags)
    return tag


def change_tag(
    tags: Tags, right: Administration, reference: str, *, name: str | None = None, color: str | None = None
) -> Tag:
    tag = find_tag(tags, right.account.id, reference)
    changed = replace(
        tag,
        name=tag.name if name is None else checked_label(name, param="name"),
        color=tag.color if color is None else _checked_color(color),
    )
    return tag if changed == tag else tags.change(changed)


def remove_tag(tags: Tags, sweeps: Sweeps, right: Administration, reference: str) -> Tag:
    """The tag as it was. The sweep is asked for first, as in ``remove_group``."""
    tag = find_tag(tags, right.account.id, reference)
    sweeps.send([RemovedTag(tag.account, tag.id)])
    tags.remove(tag.account, tag.id)
    return tag


def find_tag(tags: Tags, account: AccountId, reference: str, *, param: str = "id") -> Tag:
    """By prefixed id, raw number or, where that is none's, name. ``NotFound``."""
    try:
        tag = tags.get(account, TagId(ids.parse(ids.TAG, reference, param=param)))
    except NotFound:
        tag = None
    tag = tag or tags.named(account, reference.strip())
    if tag is None:
        raise NotFound("The requested resource could not be found", param=param)
    return tag


def counted_for(tags: Tags, groups: Groups, caller: Caller, found: Sequence[Tag]) -> list[Tag]:
    """The tags with the numbers of the domains that the caller sees."""
    seen = within(caller, groups)
    if seen is None:
        return list(found)
    return [replace(tag, domains=_count(tags, tag, seen) if tag.domains else 0) for tag in found]


def _count(tags: Tags, tag: Tag, seen: frozenset[DomainId]) -> int:
    """How many of these domains have the tag."""
    count, after, more = 0, None, bool(seen)
    while more:
        page = tags.domains_of(tag.account, tag.id, after=after, limit=_BATCH)
        count += sum(number in seen for number in page.items)
        after, more = page.items[-1] if page.items else None, page.more
    return count


def wanted_tags(
    tags: Tags, account: AccountId, *, by_id: Sequence[str] = (), by_name: Sequence[str] = ()
) -> frozenset[TagId]:
    """The tags of these ids and names. ``Invalid`` for one that the account does not have, and for more than
    a domain may have."""
    for references, param in ((by_id, "tag_ids"), (by_name, "tag_names")):
        if len(references) > MOST_TAGS:
            raise Invalid(f"A domain may have {MOST_TAGS} tags", param=param)
    numbers = [_number(text) for text in by_id]
    found = tags.get_many(account, set(numbers))
    for text, number in zip(by_id, numbers, strict=True):
        if number not in found:
            raise Invalid(f"There is no tag {text[:100]!r}", param="tag_ids")
    wanted = frozenset(found) | {_named(tags, account, name) for name in by_name}
    if len(wanted) > MOST_TAGS:
        raise Invalid(f"A domain may have {MOST_TAGS} tags", param="tag_ids")
    return wanted


def shown_tags(tags: Tags, account: AccountId, wanted: Collection[TagId]) -> dict[TagId, Tag]:
    """Of those that domains name the ones that there are."""
    return tags.get_many(account, set(wanted)) if wanted else {}


def _named(tags: Tags, account: AccountId, name: str) -> TagId:
    tag = tags.named(account, name.strip())
    if tag is None:
        raise Invalid(f"There is no tag {name[:100]!r}", param="tag_names")
    return tag.id


def _number(text: str) -> TagId:
    try:
        return TagId(ids.parse(ids.TAG, text))
    except NotFound:
        raise Invalid(f"{text[:100]!r} is no id of a tag", param="tag_ids") from None


def _checked_color(text: str) -> str:
    color = text.strip().upper()
    if _COLOR.fullmatch(color) is None:
        raise Invalid("A colour is written #RRGGBB", param="color")
    return color
