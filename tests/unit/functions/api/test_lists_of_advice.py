"""Every filter and order of ``GET /v1/issues`` and ``/v1/tasks`` against a plain recomputation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.advice import lists
from shared.core.advice.ledger import Kind, Matter
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId
from shared.core.key_issuing import Terms
from shared.core.rights import Scope
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW
from tests.unit.functions.api.advising import advise, matter
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.plain_lists import an_api, every_csv_page, every_page, get, same_rows

NAMES = ("pear.example", "a.pear.example", "apple.example", "pea-r.example")
BELOW = "a.pear.example"
NOON = datetime.fromtimestamp(NOW, UTC)
RULES = {Kind.ISSUE: "spf_ptr", Kind.TASK: "align_sender"}
PATHS = {Kind.ISSUE: "/issues", Kind.TASK: "/tasks"}
ORDERS = {
    Kind.ISSUE: ("created", "solved", "domain"),
    Kind.TASK: ("domain", "category", "created", "solve_time", "resolved"),
}
KINDS = pytest.mark.parametrize("kind", list(Kind))


@dataclass(frozen=True)
class Found:
    """One issue or task. Times are hours after noon, ``solved`` is None for what is open."""

    subject: str
    created: int
    solved: int | None
    ignored: bool
    category: str


@dataclass(frozen=True)
class Home:
    number: int
    name: str
    active: bool
    alone: bool
    groups: frozenset[int]
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Account:
    homes: tuple[Home, ...]
    hides: bool
    own_group: bool
    """Whether who asks sees group 5 alone."""

    def open(self, api: Api, kind: Kind) -> tuple[str, dict[str, tuple[Home, Found]]]:
        """The key of who asks, and what is there by its id."""
        api.change_account(default_group_hides_assigned=self.hides)
        api.domains.remove(DOMAIN)
        for group in (5, 6):
            api.groups.add(Group(GroupId(group), ACCOUNT.id, f"Group {group}", NOW), most=5)
        there: dict[str, tuple[Home, Found]] = {}
        for home in self.homes:
            made = replace(
                DOMAIN,
                id=DomainId(home.number),
                name=home.name,
                token=home.name,
                active=home.active,
                top_level=home.alone,
                groups=frozenset(map(GroupId, home.groups)),
            )
            api.domains.add(made)
            stored = [_matter(kind, made, each) for each in home.found]
            other = _matter(
                next(each for each in Kind if each is not kind), made, Found("x", 0, None, False, "")
            )
            advise(api, *stored, other, domain=made)
            prefix = "iss" if kind is Kind.ISSUE else "task"
            there |= {
                f"{prefix}_{one.id}": (home, each) for one, each in zip(stored, home.found, strict=True)
            }
        alone = GroupId(5) if self.own_group else None
        return api.new_key(ACCOUNT, terms=Terms("asks", frozenset({Scope.READ}), alone)), there


def _matter(kind: Kind, domain: Any, each: Found) -> Matter:
    return matter(
        kind,
        RULES[kind],
        domain=domain,
        subject=each.subject,
        created=NOW + each.created * 3_600,
        solved=None if each.solved is None else NOW + each.solved * 3_600,
        ignored=each.ignored,
        category=each.category,
    )


FOUND = st.builds(
    Found,
    st.sampled_from("abcd"),
    st.integers(-30, 0),
    st.none() | st.integers(0, 2),
    st.booleans(),
    st.sampled_from(("align", "publish")),
)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=len(NAMES), unique=True))
    homes = [
        Home(
            21 + place,
            name,
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.frozensets(st.sampled_from((5, 6)))),
            tuple(draw(st.lists(FOUND, max_size=4, unique_by=lambda each: each.subject))),
        )
        for place, name in enumerate(names)
    ]
    return Account(tuple(homes), draw(st.booleans()), draw(st.booleans()))


def time_of(said: str) -> float:
    """Hours after noon of a day, or of a time."""
    moment = datetime.fromisoformat(said if "T" in said else f"{said}T00:00:00+00:00")
    return (moment - NOON) / timedelta(hours=1)


times = st.integers(-31, 1).map(lambda hours: (NOON + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ"))
times |= st.sampled_from(("2026-11-20", "2026-11-21", "2026-11-22"))

Takes = Callable[[Home, Found, Any], bool]
FILTERS: dict[str, tuple[st.SearchStrategy[Any], Takes]] = {
    "domain": (
        st.sampled_from(("pear.example", "apple.example", "ud_21", "22")),
        lambda home, each, said: said.removeprefix("ud_") in (home.name, str(home.number)),
    ),
    "group_id": (st.sampled_from(("grp_5", "6", "grp_1")), lambda home, each, said: True),
    "assigned_to_group": (st.booleans(), lambda home, each, said: bool(home.groups) is said),
    "domain_state": (
        st.sampled_from(("active", "inactive", "unknown")),
        lambda home, each, said: said == "unknown" or home.active is (said == "active"),
    ),
    "top_level": (st.booleans(), lambda home, each, said: (home.alone or home.name != BELOW) is said),
    "ignored": (st.booleans(), lambda home, each, said: each.ignored is said),
    "solved": (st.booleans(), lambda home, each, said: (each.solved is not None) is said),
    "created_after": (times, lambda home, each, said: each.created >= time_of(said)),
    "created_before": (times, lambda home, each, said: each.created < time_of(said)),
}
several = st.fixed_dictionaries({}, optional={name: drawn for name, (drawn, _) in FILTERS.items()})


def plainly(
    account: Account, there: dict[str, tuple[Home, Found]], query: dict[str, Any], ordering: str
) -> list[str]:
    group = int(str(query.get("group_id", "0")).removeprefix("grp_"))

    def in_group(home: Home) -> bool:
        return group in home.groups or (group == 1 and not (account.hides and home.groups))

    def key(number: str) -> tuple[Any, int]:
        home, each = there[number]
        solved = -1 if each.solved is None else each.solved
        value = {
            "created": each.created,
            "domain": home.name,
            "category": each.category,
            "solved": solved,
            "solve_time": solved,
            "resolved": solved,
        }[ordering.removeprefix("-")]
        return value, int(number.rpartition("_")[2])

    wanted = [
        number
        for number, (home, each) in there.items()
        if (not account.own_group or 5 in home.groups)
        and (not group or in_group(home))
        and all(FILTERS[name][1](home, each, said) for name, said in query.items())
    ]
    return sorted(wanted, key=key, reverse=ordering.startswith("-"))


def check(
    account: Account, kind: Kind, query: dict[str, Any], ordering: str | None, limit: int, few: int
) -> None:
    """``few``: as if that many domains were few. 1,000 entries are read for a page, here 3."""
    path, asked = PATHS[kind], {**query, "ordering": ordering}
    with an_api() as api, patch.object(lists, "FEW", few), patch.object(lists, "LOOKED_AT", 3):
        key, there = account.open(api, kind)
        seen = {
            reference
            for home in account.homes
            if not account.own_group or 5 in home.groups
            for reference in (home.name, f"ud_{home.number}", str(home.number))
        }
        unseen = [name for name in ("group_id", "domain") if _is_unseen(account, seen, name, query.get(name))]
        if unseen:
            refused = get(api, path, asked, key)
            assert (refused.status, refused.error["param"]) in [
                (404, "id" if name == "domain" else name) for name in unseen
            ]
            return
        expected = plainly(account, there, query, ordering or "-created")
        rows = every_page(api, path, asked, limit=limit, key=key, short=True)
        assert [row["id"] for row in rows] == expected
        for row in rows:
            home, each = there[row["id"]]
            assert (row["domain"], row["subject"], row["ignore"]) == (home.name, each.subject, each.ignored)
        assert same_rows(every_csv_page(api, path, asked, limit=limit, key=key), rows)


def _is_unseen(account: Account, seen: set[str], name: str, said: str | None) -> bool:
    if said is None:
        return False
    return said not in seen if name == "domain" else account.own_group and said != "grp_5"


limits = st.sampled_from((1, 2, 3, 100))
manners = st.sampled_from((0, 2, 100))


@KINDS
@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_lets_through_what_it_says(kind: Kind, name: str) -> None:
    @settings(max_examples=10)
    @given(accounts(), FILTERS[name][0], limits, manners)
    def one(account: Account, said: Any, limit: int, few: int) -> None:
        check(account, kind, {name: said}, None, limit, few)

    one()


@KINDS
@settings(max_examples=25)
@given(accounts(), several, st.data(), limits, manners)
def test_filters_together(
    kind: Kind, account: Account, query: dict[str, Any], data: st.DataObject, limit: int, few: int
) -> None:
    ordering = data.draw(st.sampled_from(ORDERS[kind]))
    check(account, kind, query, ordering, limit, few)


@pytest.mark.parametrize(
    ("kind", "ordering"),
    [(kind, sign + order) for kind, orders in ORDERS.items() for order in orders for sign in ("", "-")],
)
def test_every_order_both_ways(kind: Kind, ordering: str) -> None:
    @settings(max_examples=10)
    @given(accounts(), limits, manners)
    def one(account: Account, limit: int, few: int) -> None:
        check(account, kind, {}, ordering, limit, few)

    one()
