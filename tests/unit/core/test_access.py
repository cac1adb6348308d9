from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.core import access
from shared.core.access import (
    Addable,
    Administration,
    Arrivals,
    Readable,
    Writable,
    WritableArrivals,
    administer,
    find_to_remove,
    read_account,
    read_arrivals,
    read_domain,
    read_found,
    require_write_in,
    system_writable,
    write_arrivals,
    write_domain,
)
from shared.core.accounts import Status
from shared.core.callers import Caller, level_in, require_every_domain, require_retained
from shared.core.errors import Forbidden, NotFound, RetentionExceeded, SubscriptionRequired
from shared.core.groups import Group
from shared.core.ids import AccountId, DomainId, GroupId
from shared.core.rights import DEFAULT_GROUP, Level, Rights, Scope
from tests.fakes import FakeDomains, FakeGroups
from tests.unit.core.world import ACCOUNT, CALLER, DOMAIN, NOW, TODAY, stored_domains

ROOT = Path(access.__file__).parents[2]
OURS, THEIRS = GroupId(5), GroupId(6)
BOTH = frozenset({Scope.READ, Scope.WRITE})
MINE = replace(DOMAIN, id=DomainId(20), name="mine.example", token="mine", groups=frozenset({OURS}))
Asks = Callable[[Caller, FakeDomains, FakeGroups], object]


@pytest.fixture
def groups() -> FakeGroups:
    made = FakeGroups(stored_domains())
    for number in (OURS, THEIRS):
        made.add(Group(number, ACCOUNT.id, f"Group {number}", NOW), most=5)
    made.domains.add(MINE)
    return made


@pytest.fixture
def domains(groups: FakeGroups) -> FakeDomains:
    return groups.domains


def with_rights(
    levels: dict[GroupId, Level] | None, scopes: frozenset[Scope] = BOTH, *, hides: bool = False
) -> Caller:
    account = replace(ACCOUNT, default_group_hides_assigned=hides)
    return replace(CALLER, account=account, rights=Rights(scopes, levels))


def allowed(ask: Callable[[], object]) -> type[Exception] | None:
    try:
        ask()
    except (Forbidden, NotFound) as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Readable(object(), ACCOUNT.id, None),
        lambda: Writable(object(), DOMAIN),
        lambda: Addable(object(), ACCOUNT, None),
        lambda: Arrivals(object(), ACCOUNT, forensic=True),
        lambda: WritableArrivals(object(), ACCOUNT, forensic=True),
        lambda: Administration(object(), ACCOUNT, None),
    ],
)
def test_rights_cannot_be_made_elsewhere(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        make()


def test_a_right_to_one_domain_is_none_to_another() -> None:
    right = system_writable(DOMAIN)
    assert right.after(replace(DOMAIN, verified=1)).domain.verified == 1
    for other in (MINE, replace(DOMAIN, account=AccountId(8))):
        with pytest.raises(ValueError, match="one domain"):
            right.after(other)


@pytest.mark.parametrize("reference", ["ud_19", "19", "orchard.example", "ORCHARD.example."])
def test_a_domain_is_named_by_id_number_or_name(reference: str) -> None:
    assert read_domain(CALLER, reference, stored_domains()).domain == DOMAIN


def test_a_strangers_domain_is_not_found() -> None:
    stranger = replace(CALLER, account=replace(ACCOUNT, id=AccountId(8)))
    for reference in ("ud_19", "orchard.example", "ud_999", "../19", ""):
        for ask in (read_domain, write_domain):
            with pytest.raises(NotFound):
                ask(stranger, reference, stored_domains())


ENDED: list[Asks] = [
    lambda caller, _, groups: read_account(caller, groups),
    lambda caller, _, groups: find_to_remove(caller, groups),
    lambda caller, domains, _: read_domain(caller, "19", domains),
    lambda caller, domains, _: write_domain(caller, "19", domains),
    lambda caller, *_: require_write_in(caller, None),
    lambda caller, *_: read_arrivals(caller),
    lambda caller, *_: write_arrivals(caller),
]


@pytest.mark.parametrize("ask", ENDED)
@pytest.mark.parametrize("change", [{"status": Status.EXPIRED}, {"current_period_end": NOW - 1}])
def test_an_ended_plan_reads_and_changes_nothing(
    ask: Asks, change: dict[str, Any], domains: FakeDomains, groups: FakeGroups
) -> None:
    ended = replace(CALLER, account=replace(ACCOUNT, **change))
    with pytest.raises(SubscriptionRequired):
        ask(ended, domains, groups)


def test_retention_ends_where_the_plan_says() -> None:
    require_retained(CALLER, TODAY - timedelta(days=90), param="date")
    with pytest.raises(RetentionExceeded) as refusal:
        require_retained(CALLER, TODAY - timedelta(days=91), param="date")
    assert refusal.value.param == "date"


def test_of_domains_that_were_found_those_in_sight_can_be_read() -> None:
    stranger = replace(DOMAIN, id=DomainId(21), account=AccountId(8))
    rights = Rights(frozenset({Scope.READ}), {OURS: Level.READ})
    right = read_found(Caller(ACCOUNT, None, NOW, rights), [DOMAIN, MINE, stranger])
    assert (right.account, right.domain, right.within) == (ACCOUNT.id, None, frozenset({MINE.id}))
    assert read_found(CALLER, [DOMAIN, MINE, stranger]).within == frozenset({DOMAIN.id, MINE.id})


def test_a_key_does_what_its_scopes_say_and_no_more(domains: FakeDomains, groups: FakeGroups) -> None:
    asks: dict[str, tuple[Asks, Scope]] = {
        "read account": (lambda caller, _, groups: read_account(caller, groups), Scope.READ),
        "read found": (lambda caller, *_: read_found(caller, [DOMAIN]), Scope.READ),
        "read domain": (lambda caller, domains, _: read_domain(caller, "19", domains), Scope.READ),
        "read arrivals": (lambda caller, *_: read_arrivals(caller), Scope.READ),
        "write domain": (lambda caller, domains, _: write_domain(caller, "19", domains), Scope.WRITE),
        "write arrivals": (lambda caller, *_: write_arrivals(caller), Scope.WRITE),
        "find to remove": (lambda caller, _, groups: find_to_remove(caller, groups), Scope.WRITE),
        "add": (lambda caller, *_: require_write_in(caller, None), Scope.WRITE),
        "administer": (lambda caller, *_: administer(caller), Scope.ADMIN),
    }
    for ask, wanted in asks.values():
        for scope in Scope:
            caller = with_rights(None, frozenset({scope}))
            found = allowed(lambda ask=ask, caller=caller: ask(caller, domains, groups))  # type: ignore[misc]
            assert found is (None if scope is wanted else Forbidden)


def test_no_scope_tells_whether_a_domain_is_there(domains: FakeDomains) -> None:
    billing = with_rights(None, frozenset({Scope.BILLING}))
    for reference in ("19", "999"):
        with pytest.raises(Forbidden):
            read_domain(billing, reference, domains)
        with pytest.raises(Forbidden):
            write_domain(billing, reference, domains)


@pytest.mark.parametrize(
    ("levels", "hides", "first", "second"),
    [
        ({}, False, Level.NONE, Level.NONE),
        ({DEFAULT_GROUP: Level.READ}, False, Level.READ, Level.READ),
        ({DEFAULT_GROUP: Level.READ}, True, Level.READ, Level.NONE),
        ({DEFAULT_GROUP: Level.WRITE, OURS: Level.READ}, True, Level.WRITE, Level.READ),
        ({DEFAULT_GROUP: Level.READ, OURS: Level.WRITE}, False, Level.READ, Level.WRITE),
        ({DEFAULT_GROUP: Level.READ, OURS: Level.NONE}, False, Level.READ, Level.READ),
        ({OURS: Level.READ}, False, Level.NONE, Level.READ),
        ({OURS: Level.NONE, THEIRS: Level.WRITE}, True, Level.NONE, Level.NONE),
        (None, True, Level.WRITE, Level.WRITE),
    ],
)
def test_levels_of_a_domain_in_no_group_and_of_one_in_ours(
    levels: dict[GroupId, Level] | None,
    hides: bool,
    first: Level,
    second: Level,
    domains: FakeDomains,
    groups: FakeGroups,
) -> None:
    caller = with_rights(levels, hides=hides)
    assert (level_in(caller, DOMAIN), level_in(caller, MINE)) == (first, second)
    right = read_account(caller, groups)
    for domain, level in ((DOMAIN, first), (MINE, second)):
        unseen = None if level is not Level.NONE else NotFound
        assert right.covers(domain.id) is (unseen is None)
        assert allowed(lambda name=domain.name: read_domain(caller, name, domains)) is unseen  # type: ignore[misc]
        refused = unseen or (Forbidden if level is Level.READ else None)
        assert allowed(lambda name=domain.name: write_domain(caller, name, domains)) is refused  # type: ignore[misc]


def test_a_removed_group_gives_no_right_from_the_moment_on_that_it_is_removed(groups: FakeGroups) -> None:
    groups.remove(ACCOUNT.id, OURS)
    present = groups.domains.accounts.get(ACCOUNT.id)
    assert present is not None
    for hides in (False, True):
        caller = with_rights({OURS: Level.WRITE}, hides=hides)
        caller = replace(caller, account=replace(caller.account, removed_groups=present.removed_groups))
        assert level_in(caller, MINE) is Level.NONE
        assert read_account(caller, groups).within == frozenset()


@pytest.mark.parametrize(
    ("levels", "hides", "group", "refused"),
    [
        (None, True, None, False),
        (None, True, OURS, False),
        ({DEFAULT_GROUP: Level.WRITE}, True, None, False),
        ({DEFAULT_GROUP: Level.WRITE}, False, OURS, True),
        ({OURS: Level.WRITE}, False, OURS, False),
        ({OURS: Level.READ}, False, OURS, True),
        ({OURS: Level.WRITE}, False, None, True),
        ({OURS: Level.WRITE}, False, DEFAULT_GROUP, True),
    ],
)
def test_domains_are_added_where_they_may_be_written(
    levels: dict[GroupId, Level] | None, hides: bool, group: GroupId | None, refused: bool
) -> None:
    caller = with_rights(levels, hides=hides)
    assert allowed(lambda: require_write_in(caller, group)) is (Forbidden if refused else None)


def test_the_default_group_is_no_group_to_add_to() -> None:
    assert require_write_in(CALLER, DEFAULT_GROUP).group is None
    assert require_write_in(CALLER, OURS).group == OURS


@pytest.mark.parametrize(
    ("levels", "hides", "reads", "writes"),
    [
        (None, True, True, True),
        ({DEFAULT_GROUP: Level.WRITE}, False, True, True),
        ({DEFAULT_GROUP: Level.READ, OURS: Level.WRITE}, False, True, False),
        ({DEFAULT_GROUP: Level.WRITE}, True, False, False),
        ({OURS: Level.WRITE}, False, False, False),
    ],
)
def test_what_arrived_is_for_who_sees_every_domain(
    levels: dict[GroupId, Level] | None, hides: bool, reads: bool, writes: bool
) -> None:
    caller = with_rights(levels, hides=hides)
    for ask, may in ((require_every_domain, reads), (read_arrivals, reads), (write_arrivals, writes)):
        assert allowed(lambda ask=ask: ask(caller)) is (None if may else Forbidden)  # type: ignore[misc]


def test_who_administers_sees_all() -> None:
    some = with_rights({DEFAULT_GROUP: Level.WRITE}, BOTH | {Scope.ADMIN})
    assert allowed(lambda: administer(some)) is Forbidden
    assert allowed(lambda: administer(with_rights(None, frozenset({Scope.ADMIN})))) is None


def test_failure_reports_are_for_the_forensic_scope(domains: FakeDomains, groups: FakeGroups) -> None:
    for scopes, opens in ((BOTH, False), (BOTH | {Scope.FORENSIC}, True)):
        caller = with_rights(None, scopes)
        assert read_account(caller, groups).forensic is opens
        assert read_domain(caller, "19", domains).forensic is opens
        assert read_arrivals(caller).forensic is opens


MINTERS = {"shared/core/watching/checking.py", "cli/operator_domains.py"}
"""Who acts for nobody who could be asked: the worker that finds a proof, the operator's word for one."""

READERS = {
    "shared/core/advice/advising.py",
    "shared/core/alerts/digests.py",
    "shared/core/alerts/report_watch.py",
    "shared/core/lake/exporting.py",
    "shared/core/sending/refreshing.py",
}
"""Who reads for nobody who could be asked: what thinks the advice over, watches the reports, sums up the
sources and exports the days; and the letter to somebody who sees the domain."""

CHANGES = {
    "domains": {"add", "activate", "deactivate", "verify", "change", "note_check", "remove", "park"},
    "approved_sources": {"put", "note_addresses", "remove"},
    "hostings": {"put", "add", "remove"},
    "reports": {"file", "remove"},
    "quarantine": {"add", "mark_replayed", "remove"},
    "uploads": {"add", "get", "finish"},
}
"""By store, what is done by a right to it only."""


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


@pytest.mark.parametrize(("right", "minters"), [("system_writable", MINTERS), ("system_readable", READERS)])
def test_the_systems_own_right_is_made_where_nobody_asks(right: str, minters: set[str]) -> None:
    found = {
        path
        for path, tree in trees("shared", "functions", "cli")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.alias)
        and (node.id if isinstance(node, ast.Name) else node.name) == right
    }
    assert found == minters


def test_no_route_changes_a_store_past_its_right() -> None:
    """``table.domains().change(...)`` in a handler would need no right at all."""
    found = [
        f"{path}: {node.func.value.func.attr}().{node.func.attr}"
        for path, tree in trees("functions/api")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Call)
        and isinstance(node.func.value.func, ast.Attribute)
        and node.func.attr in CHANGES.get(node.func.value.func.attr, ())
    ]
    assert found == []


def test_no_route_looks_domains_up_by_itself() -> None:
    """Reading the store of domains, a route would see those out of sight. Admins see all, and only they the
    audit log, which finds what a name stands for."""
    own = {"resolve", "named", "covering", "page", "of_shard"}
    found = [
        f"{path}: {node.attr}"
        for path, tree in trees("functions/api")
        if path != "functions/api/audit/handler.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in own
        and ast.unparse(node.value) == "table.domains()"
    ]
    assert found == []
