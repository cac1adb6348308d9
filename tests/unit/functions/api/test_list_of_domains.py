"""Every filter and order of ``GET /v1/domains`` against a plain recomputation, page by page and as CSV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.counters import Standings
from shared.core.domains import DmarcPolicy, DnsStatus, DnsSummary, Presence
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId, TagId
from shared.core.key_issuing import Terms
from shared.core.mail import Trust
from shared.core.rights import Scope
from shared.core.rollups import DayDetail, DayRollup, DayTotals, Share
from shared.core.tags import Tag
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, TODAY
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.plain_lists import an_api, every_csv_page, every_page, get, same_rows

PATH = "/domains"
NAMES = ("pear.example", "shop.apple.example", "apple.example", "a-b.example", "x.pear.example", "zoo.co.uk")
BELOW = {"shop.apple.example", "x.pear.example"}
"""Not registrable."""

GROUPS = (5, 6)
TAGS = {8: "mine", 9: "Theirs"}
ORDERS = (
    "domain",
    "volume",
    "count_threat_other",
    "state_dmarc",
    "state_spf",
    "state_dkim",
    "mx_txt",
    "soa_txt",
)
COUNTS = ("count_dmarc_capable", "count_non_dmarc_capable", "count_forwarded", "count_threat_other")


@dataclass(frozen=True)
class Held:
    """One domain: all that lists ask of it."""

    number: int
    name: str
    active: bool
    verified: bool
    parked: bool
    alone: bool
    status: DnsStatus
    dns: DnsSummary
    groups: frozenset[int]
    tags: frozenset[int]
    sent: dict[int, tuple[int, ...]]
    """Messages by standing, by how many days ago."""

    @property
    def counts(self) -> list[int]:
        recent = [counts for ago, counts in self.sent.items() if ago <= 7]
        return [sum(counts[place] for counts in recent) for place in range(4)]


@dataclass(frozen=True)
class Account:
    held: tuple[Held, ...]
    hides: bool
    own_group: bool
    """Whether who asks sees group 5 alone."""

    def open(self, api: Api) -> str:
        """The key of who asks."""
        api.change_account(default_group_hides_assigned=self.hides)
        api.domains.remove(DOMAIN)
        for group in GROUPS:
            api.groups.add(Group(GroupId(group), ACCOUNT.id, f"Group {group}", NOW), most=5)
        for number, name in TAGS.items():
            api.tags.add(Tag(TagId(number), ACCOUNT.id, name, "#64748B", NOW), most=5)
        for each in self.held:
            add(api, each)
        scopes = frozenset({Scope.READ})
        return api.new_key(ACCOUNT, terms=Terms("asks", scopes, GroupId(5) if self.own_group else None))


def add(api: Api, held: Held) -> None:
    made = replace(
        DOMAIN,
        id=DomainId(held.number),
        name=held.name,
        token=f"t{held.number}",
        active=held.active,
        verified=NOW if held.verified else None,
        parked=held.parked,
        top_level=held.alone,
        dns_status=held.status,
        dns=held.dns,
        groups=frozenset(map(GroupId, held.groups)),
        tags=frozenset(map(TagId, held.tags)),
    )
    api.domains.add(made)
    for ago, counts in held.sent.items():
        day = TODAY - timedelta(days=ago)
        shares = (
            (Trust.AUTHENTICATED, Share(1, standings=Standings((counts[0], counts[1], 0, 0)))),
            (Trust.FAILED, Share(1, standings=Standings((0, 0, counts[2], counts[3])))),
        )
        rolled = DayRollup(made.account, made.id, DayTotals(day, shares), DayDetail(day, ()), 2**40)
        assert api.rollups.replace(rolled, expected=0)


FEW = st.sampled_from((0, 0, 1, 2))
HELD = st.fixed_dictionaries(
    {
        "active": st.booleans(),
        "verified": st.booleans(),
        "parked": st.booleans(),
        "alone": st.booleans(),
        "status": st.sampled_from(DnsStatus),
        "dns": st.builds(
            DnsSummary,
            policy=st.sampled_from(DmarcPolicy),
            inherited=st.booleans(),
            spf_lookups=st.none() | st.integers(0, 4),
            has_errors=st.booleans(),
            exists=st.none() | st.booleans(),
            dmarc=st.sampled_from(Presence),
            spf=st.sampled_from(Presence),
            dkim=st.sampled_from(Presence),
            mx=st.sampled_from(("", "10 a.example", "10 b.example", "20 a.example", "=1+1")),
            soa=st.sampled_from(("", "ns.a.example x.example", "ns.b.example x.example")),
        ),
        "groups": st.frozensets(st.sampled_from(GROUPS)),
        "tags": st.frozensets(st.sampled_from(tuple(TAGS))),
        "sent": st.dictionaries(st.sampled_from((0, 3, 7, 8)), st.tuples(FEW, FEW, FEW, FEW), max_size=3),
    }
)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=len(NAMES), unique=True))
    held = tuple(Held(21 + place, name, **draw(HELD)) for place, name in enumerate(names))
    return Account(held, draw(st.booleans()), draw(st.booleans()))


def within(number: int | None, least: int | None, most: int | None) -> bool:
    if least is None and most is None:
        return True
    return number is not None and (least or 0) <= number <= (99 if most is None else most)


FILTERS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Held, Any], bool]]] = {
    "name": (
        st.sampled_from(("apple", "EXAMPLE", "-b", " pear ")),
        lambda d, said: said.strip().lower() in d.name,
    ),
    "active": (st.booleans(), lambda d, said: d.active is said),
    "domain": (
        st.sampled_from(("pear.example", "PEAR.example.", "apple.example", "none.example")),
        lambda d, said: d.name == said.lower().rstrip("."),
    ),
    "parent": (
        st.sampled_from(("pear.example", "Apple.Example", "none.example")),
        lambda d, said: d.name.endswith("." + said.lower()),
    ),
    "top_level": (st.booleans(), lambda d, said: (d.alone or d.name not in BELOW) is said),
    "verified": (st.booleans(), lambda d, said: d.verified is said),
    "parked": (st.booleans(), lambda d, said: d.parked is said),
    "dns_status": (st.sampled_from(DnsStatus), lambda d, said: d.status is said),
    "has_errors": (st.booleans(), lambda d, said: d.dns.has_errors is said),
    "dmarc_policy": (st.sampled_from(DmarcPolicy), lambda d, said: d.dns.policy is said),
    "dmarc_policy_inherited": (st.booleans(), lambda d, said: d.dns.inherited is said),
    "spf_lookups_min": (st.integers(0, 4), lambda d, said: within(d.dns.spf_lookups, said, None)),
    "spf_lookups_max": (st.integers(0, 4), lambda d, said: within(d.dns.spf_lookups, None, said)),
    "group_id": (st.sampled_from(("grp_5", "6", "grp_1")), lambda d, said: True),
    "assigned": (st.booleans(), lambda d, said: bool(d.groups) is said),
    "tag": (
        st.sampled_from(("tag_8", "9", "mine", "theirs")),
        lambda d, said: {"tag_8": 8, "9": 9, "mine": 8, "theirs": 9}[said] in d.tags,
    ),
}
several = st.fixed_dictionaries({}, optional={name: drawn for name, (drawn, _) in FILTERS.items()})


def in_group(account: Account, held: Held, number: int) -> bool:
    return number in held.groups or (number == 1 and not (account.hides and held.groups))


def plainly(account: Account, query: dict[str, Any]) -> list[Held]:
    """Looked at one by one, as they were added."""
    group = int(str(query.get("group_id", "0")).removeprefix("grp_"))
    return [
        held
        for held in account.held
        if (not account.own_group or 5 in held.groups)
        and (not group or in_group(account, held, group))
        and all(FILTERS[name][1](held, said) for name, said in query.items())
    ]


def key_of(ordering: str, held: Held) -> Any:
    return {
        "domain": held.name,
        "volume": sum(held.counts),
        "count_threat_other": held.counts[3],
        "state_dmarc": held.dns.dmarc.value,
        "state_spf": held.dns.spf.value,
        "state_dkim": held.dns.dkim.value,
        "mx_txt": held.dns.mx,
        "soa_txt": held.dns.soa,
    }[ordering]


def in_order(found: list[Held], *orderings: str | None) -> list[Held]:
    """What is equal in all of them is as it was added."""
    for ordering in reversed(orderings):
        if ordering is not None:
            field = ordering.removeprefix("-")
            found = sorted(found, key=lambda held: key_of(field, held), reverse=ordering.startswith("-"))
    return found


def check(account: Account, query: dict[str, Any], limit: int | None, *orderings: str | None) -> None:
    asked = {**query, **dict(zip(("ordering", "ordering2"), orderings, strict=False))}
    with an_api() as api:
        key = account.open(api)
        if account.own_group and query.get("group_id") in ("6", "grp_1"):
            refused = get(api, PATH, asked, key)
            assert (refused.status, refused.error["param"]) == (404, "group_id")
            return
        expected = in_order(plainly(account, query), *orderings)
        rows = every_page(api, PATH, asked, limit=limit, key=key)
        assert [row["id"] for row in rows] == [f"ud_{held.number}" for held in expected]
        for row, held in zip(rows, expected, strict=True):
            assert [row[name] for name in COUNTS] == held.counts
            assert row["volume"] == sum(held.counts)
            assert (row["dns"]["mx_txt"], row["dns"]["soa_txt"]) == (held.dns.mx, held.dns.soa)
        assert same_rows(every_csv_page(api, PATH, asked, limit=limit, key=key), rows)


limits = st.none() | st.integers(1, 4)


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_lets_through_what_it_says(name: str) -> None:
    @settings(max_examples=12)
    @given(accounts(), FILTERS[name][0], limits)
    def one(account: Account, said: Any, limit: int | None) -> None:
        check(account, {name: said}, limit)

    one()


@settings(max_examples=40)
@given(accounts(), several, limits, st.none() | st.sampled_from(ORDERS))
def test_filters_together(
    account: Account, query: dict[str, Any], limit: int | None, ordering: str | None
) -> None:
    check(account, query, limit, ordering)


@pytest.mark.parametrize("ordering", [sign + order for order in ORDERS for sign in ("", "-")])
def test_every_order_and_every_second_one(ordering: str) -> None:
    @settings(max_examples=10)
    @given(accounts(), st.none() | st.sampled_from(ORDERS), st.sampled_from(("", "-")), limits)
    def one(account: Account, then: str | None, sign: str, limit: int | None) -> None:
        check(account, {}, limit, ordering, None if then is None else sign + then)

    one()


@settings(max_examples=15)
@given(accounts(), st.sampled_from(ORDERS))
def test_who_sees_one_group_is_shown_what_they_would_be_if_there_was_no_other(
    account: Account, ordering: str
) -> None:
    member = replace(account, own_group=True)
    alone = replace(member, held=tuple(held for held in account.held if 5 in held.groups))
    shown = []
    for each in (member, alone):
        with an_api() as api:
            key = each.open(api)
            answer = get(api, PATH, {"ordering": ordering, "limit": 2}, key)
            shown.append((answer.data, answer.json["meta"]))
    assert shown[0] == shown[1]


def test_a_cursor_belongs_to_its_order(api: Api) -> None:
    for number in range(3):
        api.post(PATH, {"domain": f"d{number}.example"})
    cursors = {
        ordering: get(api, PATH, {"ordering": ordering, "limit": 1}).json["meta"]["next_cursor"]
        for ordering in (None, "domain", "-domain", "volume", "state_spf")
    }
    for ordering in cursors:
        for other, cursor in cursors.items():
            answer = get(api, PATH, {"ordering": ordering, "cursor": cursor})
            assert answer.status == (200 if other == ordering else 400)
    assert get(api, PATH, {"ordering": "name"}).status == 400
    assert get(api, PATH, {"ordering2": "domain"}).error["param"] == "ordering2"
    for forged in ("x" * 900, "W10", "WyJkb21haW4iLCB0cnVlLCAxXQ", "WyJ2b2x1bWUiLCAieCIsIDFd"):
        for ordering in ("domain", "volume"):
            refused = get(api, PATH, {"ordering": ordering, "cursor": forged})
            assert (refused.status, refused.error["param"]) == (400, "cursor")


def test_a_page_goes_on_where_its_last_domain_was_when_that_is_gone(api: Api) -> None:
    for name in ("b.example", "c.example", "d.example"):
        api.post(PATH, {"domain": name})
    page = get(api, PATH, {"ordering": "domain", "limit": 2})
    api.domains.remove(api.domains.stored[ACCOUNT.id, DomainId(int(page.data[-1]["id"][3:]))])
    rest = get(api, PATH, {"ordering": "domain", "cursor": page.json["meta"]["next_cursor"]})
    assert [row["domain"] for row in rest.data] == ["d.example", "orchard.example"]
