"""What the stores show to a right that is not to all of an account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest

from shared.adapters.dynamodb import report_ranges
from shared.core.access import Readable, read_account, read_domain
from shared.core.accounts import Account
from shared.core.callers import Caller
from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.errors import NotFound
from shared.core.groups import Group
from shared.core.ids import GroupId, ReportId
from shared.core.mail import Trust
from shared.core.reports import ReportFilter, ReportSummary
from shared.core.rights import DEFAULT_GROUP, Level, Rights, Scope
from shared.mailauth.reports.values import Kind
from tests.contract import given
from tests.contract.given import DAY, fact
from tests.contract.stores import Stores, in_memory, on_aws

OURS = GroupId(5)
READ = frozenset({Scope.READ})


@dataclass
class World:
    """Domains with a report each day and kind, of two days; every other domain is in our group."""

    stores: Stores
    account: Account
    ours: list[Domain]
    others: list[Domain]
    filed: list[ReportSummary]

    def right(self, *scopes: Scope, levels: dict[GroupId, Level] | None = None) -> Readable:
        return read_account(self.caller(*scopes, levels=levels), self.stores.groups)

    def caller(self, *scopes: Scope, levels: dict[GroupId, Level] | None = None) -> Caller:
        shown = {OURS: Level.READ} if levels is None else levels
        return Caller(self.account, None, self.stores.clock(), Rights(READ | set(scopes), shown))

    def visible(self, wanted: ReportFilter) -> list[int]:
        seen = {domain.id for domain in self.ours}
        found = (each for each in self.filed if each.domain_id in seen and each.kind is wanted.kind)
        return sorted((each.id for each in found if wanted.trust in (None, each.trust)), reverse=True)


def made(stores: Stores, pairs: int) -> World:
    stores.clock.time = epoch_of(DAY)
    account = given.account(stores)
    stores.groups.add(Group(OURS, account.id, "Ours", 1), most=5)
    domains = [given.domain(stores, account, f"d{place}.example") for place in range(pairs * 2)]
    ours = [stores.groups.assign(domain, OURS) for domain in domains[::2]]
    return World(stores, account, ours, domains[1::2], list(filed(stores, domains)))


def filed(stores: Stores, domains: Collection[Domain]) -> Iterable[ReportSummary]:
    for place, domain in enumerate(domains):
        for ago in range(2):
            day = DAY - timedelta(days=ago)
            trust = Trust.FAILED if place % 3 else Trust.AUTHENTICATED
            facts = [fact(domain, kind=kind, day=day, trust=trust) for kind in Kind]
            for each in facts:
                stores.reports.file(each)
            summaries = [each.summary for each in facts]
            assert stores.rollups.replace(given.counted(domain, day, summaries), expected=0)
            yield from summaries


@pytest.fixture(scope="module", params=product(["few", "many"], ["memory", "aws"]), ids="-".join)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Few domains are read one by one, of many the list of the account: three are either. Made once for all
    tests, which only read."""
    count, place = request.param
    with pytest.MonkeyPatch.context() as patch, opened(place) as stores:
        patch.setattr(report_ranges, "FEW", 3 if count == "few" else 2)
        yield made(stores, 3)


def opened(place: str) -> AbstractContextManager[Stores]:
    return on_aws() if place == "aws" else nullcontext(in_memory())


def pages(stores: Stores, right: Readable, wanted: ReportFilter, limit: int) -> list[int]:
    """All pages, each of them full up to the last."""
    found: list[int] = []
    after: ReportId | None = None
    while True:
        page = stores.reports.page(right, wanted, after=after, limit=limit)
        found += [summary.id for summary in page.items]
        after = page.after
        if after is None:
            return found
        assert (len(page.items), page.items[-1].id) == (limit, after)


@pytest.mark.parametrize("trust", [None, Trust.FAILED], ids=["any trust", "one trust"])
@pytest.mark.parametrize("kind", [Kind.AGGREGATE, Kind.TLS])
def test_lists_pages_and_totals_know_only_what_is_in_sight(
    world: World, kind: Kind, trust: Trust | None
) -> None:
    right, wanted = world.right(), ReportFilter(kind, trust=trust)
    expected = world.visible(wanted)
    for limit in (1, 4, 100):
        assert pages(world.stores, right, wanted, limit) == expected
    assert world.stores.reports.count(right, wanted) == len(expected)


def test_a_report_out_of_sight_is_not_found(world: World) -> None:
    right, seen = world.right(Scope.FORENSIC), {domain.id for domain in world.ours}
    for summary in world.filed[:30]:
        found = world.stores.reports.find(right, summary.id)
        assert (found == summary) == (summary.domain_id in seen)


def test_failure_reports_are_for_the_forensic_right(world: World) -> None:
    wanted, reports = ReportFilter(Kind.FAILURE), world.stores.reports
    allowed = world.right(Scope.FORENSIC)
    assert pages(world.stores, allowed, wanted, 5) == world.visible(wanted)
    assert reports.count(allowed, wanted) == len(world.visible(wanted))
    failure = next(each.id for each in world.filed if each.kind is Kind.FAILURE)
    assert reports.find(allowed, failure) is not None
    everything = {DEFAULT_GROUP: Level.READ}
    home = read_domain(world.caller(), world.ours[0].name, world.stores.domains)
    for right in (world.right(), world.right(levels=everything), home):
        assert reports.page(right, wanted, after=None, limit=5).items == []
        assert reports.count(right, wanted) == 0
        assert reports.find(right, failure) is None


def test_who_sees_nothing_gets_empty_lists(world: World) -> None:
    right = world.right(levels={OURS: Level.NONE})
    assert right.within == frozenset()
    assert pages(world.stores, right, ReportFilter(), 5) == []
    assert world.stores.reports.count(right, ReportFilter()) == 0


def test_days_of_the_account_are_for_who_sees_all_of_it(world: World) -> None:
    home = read_domain(world.caller(), world.ours[0].name, world.stores.domains)
    for right in (world.right(), home):
        with pytest.raises(ValueError, match="all its domains"):
            world.stores.rollups.account_days(right, DAY, DAY)
    assert world.stores.rollups.account_days(world.right(levels={DEFAULT_GROUP: Level.READ}), DAY, DAY)


def test_a_domain_out_of_sight_has_no_figures(world: World) -> None:
    with pytest.raises(NotFound):
        read_domain(world.caller(), world.others[0].name, world.stores.domains)
