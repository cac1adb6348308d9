"""What is found among failure reports, against a plain look at every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, product

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from shared.adapters.dynamodb import report_ranges
from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.failures.marks import Marks, Sought
from shared.core.ids import ReportId
from shared.core.reports import ReportFilter, ReportSummary
from shared.mailauth.reports.values import Kind
from tests.contract import given
from tests.contract.given import DAY, fact
from tests.contract.stores import Stores, in_memory, on_aws
from tests.fakes import FakeReports

TYPES = ("auth-failure", "abuse", "opt-out")
IPS = ("192.0.2.1", "192.0.2.11", "2001:db8::1")
SUBJECTS = ("invoice", "your invoice 192.0.2.1", "abuse", "")
ADDRESSES = ("redacted-aa@x.example", "redacted-aa@mail.x.example", "redacted-bb@y.example")
DAYS = [DAY - timedelta(days=ago) for ago in range(3)]

_any = Sought()
sought = st.builds(
    Sought,
    feedback_type=st.sampled_from(("", *TYPES, "out")),
    source_ip=st.sampled_from(("", *IPS)),
    subjects=st.sampled_from(((), ("invoice",), ("abuse",), ("192.0.2.1", "nothing"), ("x.example",))),
    address=st.sampled_from(("", *ADDRESSES, "@x.example", "@example", "@mail.x.example", "@ple")),
)
filters = st.builds(
    ReportFilter,
    kind=st.just(Kind.FAILURE),
    first=st.sampled_from((None, *DAYS)),
    last=st.sampled_from((None, *DAYS)),
    domain_part=st.sampled_from(("", "a.", "sub")),
    reporter_part=st.sampled_from(("", "ONE", "two")),
    sought=sought,
)


@dataclass
class World:
    stores: Stores
    domains: list[Domain]
    filed: list[ReportSummary]


def filled(stores: Stores) -> World:
    stores.clock.time = epoch_of(DAY)
    account = given.account(stores)
    domains = [given.domain(stores, account, f"{name}.example") for name in "abc"]
    filed = []
    combinations = islice(product(TYPES, IPS, SUBJECTS, ADDRESSES), 0, None, 4)
    for place, (kind, ip, subject, address) in enumerate(combinations):
        home = domains[place % 3]
        made = fact(
            home,
            kind=Kind.FAILURE,
            reporter=("one.example", "two.example")[place % 2],
            report_id=str(place),
            says=str(place),
            day=DAYS[place % 3],
            policy_domain=home.name if place % 5 else f"sub.{home.name}",
            marks=Marks(kind, ip, subject, (address, "redacted-cc@z.example")),
        )
        filed.append(made.summary)
        stores.reports.file(made)
    return World(stores, domains, filed)


@pytest.fixture(scope="module", params=["memory", "aws"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield filled(in_memory())
    else:
        with on_aws() as stores:
            yield filled(stores)


def matches(summary: ReportSummary, wanted: ReportFilter) -> bool:
    marks, asked = summary.marks, wanted.sought or _any
    assert marks is not None
    local_part, _, domain = asked.address.rpartition("@")
    of_domain = [each for each in marks.addresses if f".{each.split('@')[1]}".endswith(f".{domain}")]
    return (
        (wanted.first is None or summary.day >= wanted.first)
        and (wanted.last is None or summary.day <= wanted.last)
        and wanted.domain_part in summary.policy_domain
        and wanted.reporter_part.lower() in summary.reporter
        and (not asked.feedback_type or asked.feedback_type == marks.feedback_type)
        and (not asked.source_ip or asked.source_ip == marks.source_ip)
        and (not asked.subjects or any(each in marks.subject for each in asked.subjects))
        and (not asked.address or (asked.address in marks.addresses if local_part else bool(of_domain)))
    )


@pytest.mark.parametrize("few", [3, 1], ids=["side by side", "through the index"])
@pytest.mark.parametrize("shown", [None, 2], ids=["all domains", "two domains"])
def test_what_is_found_is_what_a_plain_look_finds(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int, shown: int | None
) -> None:
    monkeypatch.setattr(report_ranges, "FEW", few)
    stores, homes = world.stores, world.domains[:shown]
    account = stores.accounts.get(homes[0].account)
    assert account is not None
    right = given.right(stores, account)
    right = right if shown is None else right.narrowed(home.id for home in homes)

    @settings(max_examples=40 if isinstance(stores.reports, FakeReports) else 8, deadline=None)
    @examples(filters, st.sampled_from((10, 200)))
    def check(wanted: ReportFilter, limit: int) -> None:
        expected = sorted(
            (
                each.id
                for each in world.filed
                if each.domain_id in {home.id for home in homes} and matches(each, wanted)
            ),
            reverse=True,
        )
        found: list[ReportId] = []
        after: ReportId | None = None
        while not found or after is not None:
            page = stores.reports.page(right, wanted, after=after, limit=limit)
            found += [summary.id for summary in page.items]
            after = page.after
            if after is None:
                break
        assert found == expected
        assert stores.reports.count(right, wanted) == len(expected)

    check()


def test_marks_come_back_as_they_were_filed(world: World) -> None:
    account = world.stores.accounts.get(world.domains[0].account)
    assert account is not None
    page = world.stores.reports.page(
        given.right(world.stores, account), ReportFilter(Kind.FAILURE), after=None, limit=500
    )
    assert {each.id: each for each in page.items} == {each.id: each for each in world.filed}
    facts = world.stores.reports.whole(page.items)
    assert [each.summary for each in facts] == page.items
