"""An account whose groups, levels and domains change, and a plain reckoning of what everybody then sees.

``Ledger`` is that reckoning: dictionaries, and the rules as they are told to people. It shares nothing with
the code that it checks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from shared.core.access import read_account, read_arrivals, read_domain, write_arrivals, write_domain
from shared.core.accounts import Account
from shared.core.callers import Caller, level_in
from shared.core.clock import epoch_of
from shared.core.domain_lists import DomainFilter, list_domains
from shared.core.domain_places import Shelves
from shared.core.domains import Domain
from shared.core.errors import Forbidden, NotFound, Refusal
from shared.core.groups import Group
from shared.core.ids import AccountId, DomainId, GroupId, UserId
from shared.core.members import Member
from shared.core.paging import PageRequest
from shared.core.report_lists import list_reports
from shared.core.reports import ReportFilter, ReportSummary
from shared.core.rights import DEFAULT_GROUP, Level
from shared.mailauth.reports.values import Kind
from tests.contract import given as made
from tests.contract.given import DAY
from tests.contract.stores import Stores

RANKS = ("none", "read", "write")
USERS = {11: "admin", 12: "member", 13: "forensic"}
DEFAULT = 1

Step = tuple[Any, ...]


@dataclass
class Ledger:
    """``removed`` groups give nobody anything; a default group that hides assigned domains hides what was in
    them until they are swept."""

    domains: dict[int, set[int]] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    removed: dict[int, int] = field(default_factory=dict)
    hides: bool = False
    levels: dict[int, dict[int, str]] = field(default_factory=lambda: {12: {}, 13: {}})

    def level(self, user: int, domain: int) -> str:
        if USERS[user] == "admin":
            return "write"
        inside, given_levels = self.domains[domain], self.levels[user]
        shown = [group for group in inside if group in self.groups.values()]
        if not (self.hides and inside):
            shown.append(DEFAULT)
        return max((given_levels.get(group, "none") for group in shown), key=RANKS.index, default="none")

    def everywhere(self, user: int) -> str:
        if USERS[user] == "admin":
            return "write"
        return "none" if self.hides else self.levels[user].get(DEFAULT, "none")

    def seen(self, user: int) -> list[int]:
        return sorted(domain for domain in self.domains if self.level(user, domain) != "none")


class World:
    """The same steps on the stores and in the ledger."""

    def __init__(self, stores: Stores) -> None:
        stores.clock.time = epoch_of(DAY)
        self.stores, self.ledger, self.numbers = stores, Ledger(), count(100)
        self.account: AccountId = made.account(stores).id
        self.slots: dict[int, int] = {}
        self.gone: list[int] = []
        self.reports: dict[int, list[ReportSummary]] = {}
        for user, role in USERS.items():
            member = Member(
                self.account, UserId(user), f"{role}@example.com", 1, 30, admin=role == "admin",
                forensic=role == "forensic", active=True,
            )  # fmt: skip
            stores.members.add(member, most=9)

    def take(self, step: Step) -> None:
        name, *arguments = step
        getattr(self, name.replace(" ", "_"))(*arguments)

    def add_domain(self, slot: int, place: int | None) -> None:
        group = None if place is None else self.ledger.groups.get(place)
        if slot in self.slots:
            return
        number = self.slots[slot] = next(self.numbers)
        inside = set() if group is None else {group}
        domain = Domain(
            DomainId(number), self.account, f"d{slot}.example", f"t{number}", 1, 1,
            groups=frozenset(map(GroupId, inside)),
        )  # fmt: skip
        self.stores.domains.add(domain)
        self.ledger.domains[number] = inside
        facts = [made.fact(domain, kind=kind) for kind in (Kind.AGGREGATE, Kind.FAILURE)]
        for fact in facts:
            self.stores.reports.file(fact)
        self.reports[number] = [fact.summary for fact in facts]
        assert self.stores.rollups.replace(made.counted(domain, DAY, self.reports[number]), expected=0)

    def remove_domain(self, slot: int) -> None:
        if slot not in self.slots:
            return
        number = self.slots.pop(slot)
        domain = self.domain(number)
        assert domain is not None
        self.stores.domains.remove(domain)
        for summary in self.reports[number]:
            self.stores.reports.remove(summary)
        assert self.stores.rollups.replace(made.nothing(domain), expected=1)
        del self.ledger.domains[number]
        self.gone.append(number)

    def make_group(self, place: int) -> None:
        if place in self.ledger.groups:
            return
        number = self.ledger.groups[place] = next(self.numbers)
        group = Group(GroupId(number), self.account, f"Group {place}", 1)
        self.stores.groups.add(group, most=9)

    def remove_group(self, place: int) -> None:
        if place in self.ledger.groups:
            number = self.ledger.groups.pop(place)
            self.stores.groups.remove(self.account, GroupId(number))
            self.ledger.removed[place] = number

    def sweep(self, place: int) -> None:
        if place in self.ledger.removed:
            number = self.ledger.removed.pop(place)
            while self.stores.groups.sweep(self.account, GroupId(number)):
                pass
            for inside in self.ledger.domains.values():
                inside.discard(number)

    def assign(self, slot: int, place: int) -> None:
        self.move(slot, None, place)

    def move(self, slot: int, out_of: int | None, place: int) -> None:
        domain, group = self.named(slot), self.ledger.groups.get(place)
        left = None if out_of is None else self.ledger.groups.get(out_of)
        if domain is None or group is None:
            return
        source = None if left is None else GroupId(left)
        self.stores.groups.assign(domain, GroupId(group), out_of=source)
        inside = self.ledger.domains[domain.id]
        if left is not None:
            inside.discard(left)
        inside.add(group)

    def unassign(self, slot: int, place: int) -> None:
        domain, group = self.named(slot), self.ledger.groups.get(place)
        if domain is not None and group is not None:
            self.stores.groups.unassign(domain, GroupId(group))
            self.ledger.domains[domain.id].discard(group)

    def hide_assigned(self, hides: bool) -> None:
        default = self.stores.groups.get(self.account, DEFAULT_GROUP)
        assert default is not None
        self.stores.groups.change(replace(default, hides_assigned=hides))
        self.ledger.hides = hides

    def grant(self, user: int, place: int | None, level: str) -> None:
        group = DEFAULT if place is None else self.ledger.groups.get(place)
        if group is not None:
            self.stores.members.grant(self.account, UserId(user), GroupId(group), Level(level))
            self.ledger.levels[user][group] = level

    def named(self, slot: int) -> Domain | None:
        return self.domain(self.slots[slot]) if slot in self.slots else None

    def domain(self, number: int) -> Domain | None:
        return self.stores.domains.get(self.account, DomainId(number))

    def check(self) -> None:
        account = self.stores.accounts.get(self.account)
        assert account is not None
        for user in USERS:
            self.check_user(account, user)

    def check_user(self, account: Account, user: int) -> None:
        stores, ledger, seen = self.stores, self.ledger, self.ledger.seen(user)
        member = stores.members.get(self.account, UserId(user))
        assert member is not None
        caller = Caller(account, None, stores.clock(), member.rights, UserId(user))
        right = read_account(caller, stores.groups)
        for number in ledger.domains:
            domain = self.domain(number)
            assert domain is not None
            level = ledger.level(user, number)
            assert level_in(caller, domain) == level
            assert right.covers(domain.id) == (level != "none")
            hidden, locked = NotFound if level == "none" else None, Forbidden if level == "read" else None
            assert refusal(read_domain, caller, domain.name, stores.domains) is hidden
            refused = refusal(write_domain, caller, str(domain.id), stores.domains)
            assert refused is (hidden or locked)
        assert right.within is None or right.within.isdisjoint(map(DomainId, self.gone))
        everywhere = ledger.everywhere(user)
        assert refusal(read_arrivals, caller) is (Forbidden if everywhere == "none" else None)
        assert refusal(write_arrivals, caller) is (None if everywhere == "write" else Forbidden)
        assert self.listed(caller) == (seen, len(seen))
        opens = (Kind.AGGREGATE,) if USERS[user] != "forensic" else (Kind.AGGREGATE, Kind.FAILURE)
        expected = {kind: sorted(self.reported(seen, kind)) for kind in opens}
        for kind in (Kind.AGGREGATE, Kind.FAILURE):
            if kind in expected:
                assert self.reports_listed(caller, kind) == (expected[kind], len(expected[kind]))
            else:
                assert refusal(self.reports_listed, caller, kind) is Forbidden
        shown = {number for numbers in expected.values() for number in numbers}
        for summary in (summary for summaries in self.reports.values() for summary in summaries):
            found = stores.reports.find(right, summary.id)
            assert (found is not None) == (summary.id in shown and summary.domain_id in seen)

    def reported(self, domains: list[int], kind: Kind) -> list[int]:
        return [each.id for number in domains for each in self.reports[number] if each.kind is kind]

    def listed(self, caller: Caller) -> tuple[list[int], int]:
        stores = self.stores
        shelves = Shelves(caller.account_id, stores.domains, stores.groups, stores.tags)
        page = list_domains(shelves, caller, DomainFilter(), PageRequest(2))
        found, total = [each.id for each in page.items], page.total
        while page.next is not None:
            page = list_domains(shelves, caller, DomainFilter(), PageRequest(2, page.next))
            found += [each.id for each in page.items]
            assert page.total == total
        return list(found), total

    def reports_listed(self, caller: Caller, kind: Kind) -> tuple[list[int], int]:
        right = read_account(caller, self.stores.groups)
        found: list[int] = []
        request = PageRequest(2)
        while True:
            page = list_reports(self.stores.reports, caller, right, ReportFilter(kind), request)
            found += [each.id for each in page.items]
            if page.next is None:
                return sorted(found), page.total
            request = PageRequest(2, page.next)


def refusal(ask: Callable[..., object], *arguments: object) -> type[Refusal] | None:
    try:
        ask(*arguments)
    except Refusal as refused:
        return type(refused)
    return None
