from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.advice import lists
from shared.core.advice.advices import Advice, Listed, Order, Sorting, orders_of
from shared.core.advice.advising import with_row
from shared.core.advice.ledger import Kind, Matter, matter_number
from shared.core.advice.lists import MatterFilter, Shelf, list_matters
from shared.core.advice.planner import PlanFilter, list_plans
from shared.core.advice.planning import Recommendation
from shared.core.advice.seeing_to import ToDo, ignore_matter, read_matter, to_do_of
from shared.core.callers import Caller, level_in
from shared.core.domains import Domain
from shared.core.errors import Forbidden, NotFound
from shared.core.group_lists import DomainState
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId, MatterId
from shared.core.rights import ALL, DEFAULT_GROUP, Level, Rights, Scope
from tests.fakes import FakeAccounts, FakeAdvices, FakeDomains, FakeGroups
from tests.unit.core.advice.worlds import plan_row
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

GROUPS = (GroupId(5), GroupId(6))
EVERYBODY = Caller(ACCOUNT, None, NOW, ALL)
SCOPES = frozenset({Scope.READ, Scope.WRITE})


@dataclass
class Shop:
    """An account with some domains, and what was found about them."""

    default_hides: bool = False
    homes: dict[DomainId, Domain] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = replace(ACCOUNT, default_group_hides_assigned=self.default_hides)
        accounts = FakeAccounts()
        accounts.add(self.account)
        self.domains = FakeDomains(accounts)
        self.groups = FakeGroups(self.domains)
        self.advices = FakeAdvices()
        for group in GROUPS:
            self.groups.add(Group(group, ACCOUNT.id, f"Group {group}", NOW), most=10)

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.advices, self.domains, self.groups)

    def add(
        self, number: int, name: str, *, active: bool = True, groups: frozenset[GroupId] = frozenset()
    ) -> None:
        made = replace(DOMAIN, id=DomainId(number), name=name, token=f"t{number}", active=active)
        self.domains.add(made)
        for group in groups:
            made = self.groups.assign(made, group)
        self.homes[made.id] = made

    def find(self, number: int, *matters: Matter, **row: Any) -> None:
        home = self.homes[DomainId(number)]
        before = self.advices.get(home.account, home.id)
        version = before.version if before else 0
        advice = Advice(home.account, home.id, home.name, matters, None, None, version)
        assert self.advices.replace(before, with_row(advice, plan_row(home, **row)))

    def caller(self, levels: dict[GroupId, Level] | None = None) -> Caller:
        rights = ALL if levels is None else Rights(SCOPES, levels)
        return Caller(self.account, None, NOW, rights)


def matter(home: int, subject: str, kind: Kind = Kind.ISSUE, **changes: Any) -> Matter:
    number = matter_number(DomainId(home), kind, "spf_ptr", subject)
    return replace(Matter(number, kind, "spf_ptr", subject, "", NOW), **changes)


NAMES = ("a.example", "a-b.example", "sub.a.example", "z.example", "m.example")
SHOPS = st.fixed_dictionaries(
    {
        "hides": st.booleans(),
        "homes": st.lists(
            st.tuples(
                st.booleans(),
                st.frozensets(st.sampled_from(GROUPS)),
                st.lists(
                    st.tuples(
                        st.sampled_from("abc"),
                        st.integers(1, 4),
                        st.none() | st.integers(1, 4),
                        st.booleans(),
                        st.sampled_from(["x", "y"]),
                    ),
                    max_size=4,
                    unique_by=lambda drawn: drawn[0],
                ),
            ),
            max_size=len(NAMES),
        ),
    }
)
MAYBE = st.none() | st.booleans()
FILTERS = st.builds(
    MatterFilter,
    domain=st.none() | st.sampled_from(["a.example", "ud_2"]),
    group=st.none() | st.sampled_from([*GROUPS, DEFAULT_GROUP]),
    assigned=MAYBE,
    state=st.none() | st.sampled_from([DomainState.ACTIVE, DomainState.INACTIVE]),
    top_level=MAYBE,
    ignored=MAYBE,
    solved=MAYBE,
    since=st.none() | st.integers(0, 5),
    before=st.none() | st.integers(0, 5),
)
LEVELS = st.none() | st.dictionaries(
    st.sampled_from([*GROUPS, DEFAULT_GROUP]), st.sampled_from([Level.READ, Level.WRITE]), min_size=1
)


def opened(drawn: dict[str, Any], kind: Kind) -> Shop:
    shop = Shop(drawn["hides"])
    for number, (active, groups, matters) in enumerate(drawn["homes"], 1):
        shop.add(number, NAMES[number - 1], active=active, groups=groups)
        shop.find(
            number,
            *(
                matter(
                    number, subject, kind, created=created, solved=solved, ignored=ignored, category=category
                )
                for subject, created, solved, ignored, category in matters
            ),
        )
    return shop


def plainly(shop: Shop, caller: Caller, wanted: MatterFilter, sorting: Sorting) -> list[Listed]:
    """The same once more, over everything."""
    found = []
    for (_, number), advice in shop.advices.stored.items():
        home = shop.homes[number]
        in_group = home.groups or frozenset()
        default = not (shop.default_hides and in_group)
        groups = in_group | ({DEFAULT_GROUP} if default else frozenset())
        state = DomainState.ACTIVE if home.active else DomainState.INACTIVE
        if (
            level_in(caller, home) is Level.NONE
            or wanted.domain not in (None, home.name, f"ud_{home.id}")
            or not (wanted.group is None or wanted.group in groups)
            or wanted.assigned not in (None, bool(in_group))
            or wanted.state not in (None, state)
            or wanted.top_level not in (None, home.name != "sub.a.example")
        ):
            continue
        for each in advice.matters:
            after = wanted.since is None or wanted.since <= each.created
            early = wanted.before is None or each.created < wanted.before
            told = (wanted.solved in (None, each.solved is not None), wanted.ignored in (None, each.ignored))
            if after and early and all(told):
                found.append(Listed(number, home.name, each))
    keys: dict[Order, Callable[[Listed], Any]] = {
        Order.CREATED: lambda each: each.matter.created,
        Order.DOMAIN: lambda each: each.name,
        Order.SOLVED: lambda each: each.matter.solved or 0,
        Order.CATEGORY: lambda each: each.matter.category,
    }
    key = keys[sorting.order]
    return sorted(found, key=lambda each: (key(each), each.matter.id), reverse=sorting.descending)


@pytest.mark.parametrize("few", [0, 2, lists.FEW])
@given(
    drawn=SHOPS,
    wanted=FILTERS,
    levels=LEVELS,
    order=st.sampled_from(list(Order)),
    descending=st.booleans(),
    limit=st.integers(1, 4),
    looked_at=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_pages_are_those_of_a_plain_recomputation(
    few: int,
    drawn: dict[str, Any],
    wanted: MatterFilter,
    levels: dict[GroupId, Level] | None,
    order: Order,
    descending: bool,
    limit: int,
    looked_at: int,
) -> None:
    """However many domains are asked about, and however little is looked at for one page."""
    kind = Kind.TASK
    shop = opened(drawn, kind)
    caller, sorting = shop.caller(levels), Sorting(order, descending)
    with patch.object(lists, "FEW", few), patch.object(lists, "LOOKED_AT", looked_at):
        found: list[Listed] = []
        after = None
        for _ in range(60):
            try:
                page = list_matters(shop.shelf, caller, kind, wanted, sorting, after=after, limit=limit)
            except NotFound:
                assert wanted.domain is not None
                assert plainly(shop, caller, wanted, sorting) == []
                return
            assert len(page.items) <= limit
            found += page.items
            after = page.after
            if after is None:
                break
        assert after is None
    assert found == plainly(shop, caller, wanted, sorting)


@given(
    drawn=SHOPS,
    levels=LEVELS,
    ready=MAYBE,
    chosen=st.none() | st.frozensets(st.integers(1, 6).map(DomainId)),
    limit=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_pages_of_plans_are_those_of_a_plain_recomputation(
    drawn: dict[str, Any],
    levels: dict[GroupId, Level] | None,
    ready: bool | None,
    chosen: frozenset[DomainId] | None,
    limit: int,
) -> None:
    shop = opened(drawn, Kind.ISSUE)
    for number, home in shop.homes.items():
        shop.find(number, ready=home.active, recommendation=list(Recommendation)[number % 4])
    caller = shop.caller(levels)
    for recommendation in (None, *Recommendation):
        wanted = PlanFilter(chosen, ready, recommendation)
        found, after = [], None
        for _ in range(20):
            page = list_plans(shop.shelf, caller, wanted, after=after, limit=limit)
            found += [row.domain for row in page.items]
            after = page.after
            if after is None:
                break
        assert found == [
            number
            for number, home in sorted(shop.homes.items())
            if level_in(caller, home) is not Level.NONE
            and (chosen is None or number in chosen)
            and ready in (None, home.active)
            and recommendation in (None, list(Recommendation)[number % 4])
        ]


def test_lists_of_issues_have_no_categories() -> None:
    assert Order.CATEGORY not in orders_of(Kind.ISSUE)


def shop_with_two() -> tuple[Shop, Matter, Matter]:
    shop = Shop()
    shop.add(1, "a.example", groups=frozenset({GROUPS[0]}))
    shop.add(2, "b.example", groups=frozenset({GROUPS[1]}))
    one, other = matter(1, "x"), matter(2, "x")
    shop.find(1, one, matter(1, "y", Kind.TASK), messages=70)
    shop.find(2, other, messages=90)
    return shop, one, other


def test_a_matter_is_ignored_and_counted_no_more() -> None:
    shop, one, _ = shop_with_two()
    caller = shop.caller({GROUPS[0]: Level.WRITE})
    stores = (shop.advices, shop.domains)
    changed = ignore_matter(*stores, caller, Kind.ISSUE, f"iss_{one.id}", ignored=True)
    assert changed.matter.ignored
    assert read_matter(shop.shelf, caller, Kind.ISSUE, str(one.id)) == changed
    advice = shop.advices.stored[ACCOUNT.id, DomainId(1)]
    assert advice.row is not None
    assert (advice.row.issues, advice.row.tasks, advice.version) == (0, 1, 2)
    assert ignore_matter(*stores, caller, Kind.ISSUE, f"iss_{one.id}", ignored=None) == changed
    assert ignore_matter(*stores, caller, Kind.ISSUE, f"iss_{one.id}", ignored=True) == changed
    assert shop.advices.stored[ACCOUNT.id, DomainId(1)].version == 2
    back = ignore_matter(*stores, caller, Kind.ISSUE, f"iss_{one.id}", ignored=False)
    assert not back.matter.ignored


def test_who_may_not_see_or_write_ignores_nothing() -> None:
    shop, one, other = shop_with_two()
    stores = (shop.advices, shop.domains)
    reader = shop.caller({GROUPS[0]: Level.READ})
    with pytest.raises(Forbidden):
        ignore_matter(*stores, reader, Kind.ISSUE, f"iss_{one.id}", ignored=True)
    for number in (other.id, MatterId(5)):
        with pytest.raises(NotFound):
            ignore_matter(*stores, reader, Kind.ISSUE, f"iss_{number}", ignored=True)
        with pytest.raises(NotFound):
            read_matter(shop.shelf, reader, Kind.ISSUE, f"iss_{number}")
    with pytest.raises(NotFound):
        read_matter(shop.shelf, reader, Kind.TASK, f"task_{one.id}")


@pytest.mark.parametrize("few", [0, lists.FEW])
def test_groups_count_what_is_open_in_them(few: int) -> None:
    shop, _, _ = shop_with_two()
    shop.find(2, matter(2, "x", solved=5), matter(2, "z", ignored=True), messages=90)
    groups = shop.groups.list_of(ACCOUNT.id)
    with patch("shared.core.advice.seeing_to.FEW", few):
        found = to_do_of(shop.advices, shop.groups, ACCOUNT.id, groups, hides=False)
        hidden = to_do_of(shop.advices, shop.groups, ACCOUNT.id, groups, hides=True)
    assert found == {
        DEFAULT_GROUP: ToDo(1, 1, 90),
        GROUPS[0]: ToDo(1, 1, 70),
        GROUPS[1]: ToDo(0, 0, 90),
    }
    assert hidden[DEFAULT_GROUP] == ToDo()
    assert hidden[GROUPS[0]] == found[GROUPS[0]]
