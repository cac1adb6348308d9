from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.adapters.dynamodb import keys
from shared.core.access import Readable
from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.ids import DomainId, ReportId, last_of
from shared.core.mail import Trust
from shared.core.reports import Fact, Outcome, ReportFilter, ReportNotes, ReportSummary
from shared.mailauth.reports.values import Deviation, Kind, PolicyPublished
from tests.contract import given
from tests.contract.given import DAY, fact
from tests.contract.stores import AwsStores, Stores

NOISE = [[number, f"{number * 7919 % 65_521:x}"] for number in range(20_000)]
"""Packs into more than an item keeps."""


@pytest.fixture
def home(stores: Stores) -> Domain:
    stores.clock.time = epoch_of(DAY)
    return given.domain(stores, given.account(stores))


def file(stores: Stores, facts: Iterable[Fact]) -> list[Outcome]:
    return [stores.reports.file(made).outcome for made in facts]


def stored(stores: Stores, home: Domain, day: date = DAY) -> list[Fact]:
    return list(stores.reports.of_day(home.account, home.id, day))


@pytest.mark.parametrize("says", ["rows", NOISE], ids=["small", "large"])
def test_a_report_comes_back_as_it_was_filed(stores: Stores, home: Domain, says: object) -> None:
    made = fact(
        home,
        policy_domain="news.example.com",
        says=says,
        notes=ReportNotes("call us", ("an error",), "g", "1.0", None, 2, (Deviation("code", "detail"),)),
    )
    policy = PolicyPublished("news.example.com", p="reject", fo="1", discovery_method="treewalk")
    made = replace(made, summary=replace(made.summary, policy=policy, deviations=1, sole=False))

    filed = stores.reports.file(made)

    assert (filed.outcome, filed.id) == (Outcome.STORED, made.summary.id)
    assert stores.reports.fact(made.summary) == made
    assert stored(stores, home) == [made]


@pytest.mark.parametrize("says", ["rows", NOISE], ids=["small", "large"])
def test_the_same_again_is_a_duplicate_and_something_else_a_conflict(
    stores: Stores, home: Domain, says: object
) -> None:
    made, other = fact(home, says=says), fact(home, says=[says, "else"])

    assert file(stores, [made, made, other, made]) == [
        Outcome.STORED,
        Outcome.DUPLICATE,
        Outcome.CONFLICT,
        Outcome.DUPLICATE,
    ]
    assert stored(stores, home) == [made]


@pytest.mark.parametrize("says", ["rows", NOISE], ids=["small", "large"])
def test_the_same_content_under_a_new_report_id_is_resent(stores: Stores, home: Domain, says: object) -> None:
    first, again = fact(home, report_id="1", says=says), fact(home, report_id="2", says=says)
    stores.reports.file(first)

    filed = stores.reports.file(again)

    assert (filed.outcome, filed.id) == (Outcome.RESENT, first.summary.id)
    assert stored(stores, home) == [first]


def test_two_domains_keep_the_same_report_each(stores: Stores, home: Domain) -> None:
    other = given.domain(stores, given.account(stores))

    assert file(stores, [fact(home), fact(other)]) == [Outcome.STORED, Outcome.STORED]
    assert stored(stores, home) == [fact(home)]
    assert stored(stores, other) == [fact(other)]


def test_reports_whose_hashes_are_equal_get_numbers_side_by_side(stores: Stores, home: Domain) -> None:
    first = fact(home, report_id="1")
    second = given.numbered(fact(home, report_id="2", says="b"), first.summary.id)
    third = given.numbered(fact(home, report_id="3", says="c"), first.summary.id)

    ids = [stores.reports.file(made).id for made in (first, second, third, second, first)]

    start = first.summary.id
    assert ids == [start, start + 1, start + 2, start + 1, start]
    assert len(stored(stores, home)) == 3
    conflicting = given.numbered(fact(home, report_id="2", says="z"), start)
    assert stores.reports.file(conflicting).outcome is Outcome.CONFLICT


def test_a_removed_report_is_gone_and_can_be_filed_again(stores: Stores, home: Domain) -> None:
    for says in ("rows", NOISE):
        made = fact(home, says=says)
        stores.reports.file(made)

        stores.reports.remove(made.summary)
        stores.reports.remove(made.summary)

        assert stored(stores, home) == []
        assert stores.reports.fact(made.summary) is None
        assert stores.reports.file(made).outcome is Outcome.STORED
        stores.reports.remove(made.summary)


def test_what_has_expired_is_not_shown_and_can_be_filed_again(stores: Stores, home: Domain) -> None:
    owner = stores.accounts.get(home.account)
    assert owner is not None
    made = fact(home, kind=Kind.FAILURE, retention=1)
    stores.reports.file(made)
    stores.clock.time = made.summary.expires

    everything = given.right(stores, owner)
    assert stores.reports.page(everything, ReportFilter(Kind.FAILURE), after=None, limit=9).items == []
    assert stores.reports.count(everything, ReportFilter(Kind.FAILURE)) == 0
    assert stores.reports.find(everything, made.summary.id) is None
    assert stores.reports.fact(made.summary) is None
    assert stored(stores, home) == []
    assert list(stores.reports.days_of(home.account, home.id)) == []
    longer = replace(made, summary=replace(made.summary, expires=made.summary.expires + 9))
    assert stores.reports.file(longer).outcome is Outcome.STORED
    assert stored(stores, home) == [longer]


def test_a_report_is_found_by_its_account_and_its_domain_only(stores: Stores, home: Domain) -> None:
    owner, stranger = stores.accounts.get(home.account), given.account(stores)
    assert owner is not None
    sibling = given.domain(stores, owner, "example.org")
    for kind in Kind:
        made = fact(home, kind=kind)
        stores.reports.file(made)

        assert stores.reports.find(given.right(stores, owner), made.summary.id) == made.summary
        assert stores.reports.find(given.right(stores, owner, home), made.summary.id) == made.summary
        assert stores.reports.find(given.right(stores, owner, sibling), made.summary.id) is None
        assert stores.reports.find(given.right(stores, stranger), made.summary.id) is None


def test_days_hold_the_reports_that_begin_on_them(stores: Stores, home: Domain) -> None:
    days = [DAY, DAY + timedelta(1), DAY + timedelta(3)]
    facts = [fact(home, day=day, kind=kind) for day in days for kind in Kind]
    file(stores, [*facts, fact(home, day=DAY, report_id="2", says="more")])

    assert list(stores.reports.days_of(home.account, home.id)) == [(days[0], 4), (days[1], 3), (days[2], 3)]
    assert {made.summary.kind for made in stored(stores, home, days[1])} == set(Kind)
    assert stored(stores, home, DAY + timedelta(2)) == []


def many(stores: Stores, home: Domain) -> list[Fact]:
    """60 reports over 20 days, of three reporters, a third of them about a subdomain."""
    made = [
        fact(
            home,
            day=DAY + timedelta(number % 20),
            report_id=str(number),
            says=number,
            reporter=("google.com", "Yahoo! Inc.", "Enterprise Outlook")[number % 3],
            policy_domain="news.example.com" if number % 3 == 1 else "",
            trust=list(Trust)[number % 2],
        )
        for number in range(36)
    ]
    file(stores, made)
    return made


@pytest.mark.parametrize("whole_account", [True, False])
def test_lists_are_whole_newest_first_and_cut_into_pages(
    stores: Stores, home: Domain, whole_account: bool
) -> None:
    owner = stores.accounts.get(home.account)
    assert owner is not None
    facts = [made.summary for made in many(stores, home)]
    right = given.right(stores, owner, None if whole_account else home)
    filters = [
        ReportFilter(),
        ReportFilter(first=DAY + timedelta(3), last=DAY + timedelta(9)),
        ReportFilter(reporter_part="yahoo"),
        ReportFilter(domain_part="NEWS", reporter_part="inc", last=DAY + timedelta(12)),
        ReportFilter(domain_part="example"),
        ReportFilter(trust=Trust.UNVERIFIED, first=DAY + timedelta(5)),
        ReportFilter(reporter_part="nobody"),
        ReportFilter(kind=Kind.TLS),
        ReportFilter(first=DAY + timedelta(9), last=DAY),
    ]
    for wanted in filters:
        expected = sorted(
            (summary for summary in facts if _matches(summary, wanted)), key=lambda s: s.id, reverse=True
        )
        for limit in (7, 100):
            assert _listed(stores, right, wanted, limit) == expected
    assert _listed(stores, right, filters[3], 1) == _listed(stores, right, filters[3], 100)


def test_a_page_is_full_whatever_lies_between(stores: Stores, home: Domain) -> None:
    owner = stores.accounts.get(home.account)
    assert owner is not None
    many(stores, home)

    page = stores.reports.page(
        given.right(stores, owner), ReportFilter(reporter_part="outlook"), after=None, limit=10
    )

    assert len(page.items) == 10
    assert page.after == page.items[-1].id


def test_counts_agree_with_lists(stores: Stores, home: Domain) -> None:
    """As soon as the days are rolled up; what days cannot tell is counted at once."""
    owner = stores.accounts.get(home.account)
    assert owner is not None
    facts = [made.summary for made in many(stores, home)]
    for kind in (Kind.TLS, Kind.FAILURE):
        made = fact(home, kind=kind)
        stores.reports.file(made)
        facts.append(made.summary)
    _roll_up(stores, home, facts)
    filters = [
        ReportFilter(),
        ReportFilter(first=DAY + timedelta(3), last=DAY + timedelta(9)),
        ReportFilter(first=DAY + timedelta(9), last=DAY),
        ReportFilter(trust=Trust.UNVERIFIED),
        ReportFilter(trust=Trust.FAILED),
        ReportFilter(reporter_part="yahoo"),
        ReportFilter(Kind.TLS),
        ReportFilter(Kind.TLS, trust=Trust.AUTHENTICATED),
        ReportFilter(Kind.TLS, trust=Trust.FAILED),
        ReportFilter(Kind.FAILURE),
    ]
    for right in (given.right(stores, owner), given.right(stores, owner, home)):
        for wanted in filters:
            expected = sum(_matches(summary, wanted) for summary in facts)
            assert stores.reports.count(right, wanted) == expected


# --- what only the real stores can get wrong ---------------------------------------------------


def test_another_transaction_in_the_way_is_no_answer(aws: AwsStores, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fact(given.domain(aws, given.account(aws)))
    real, refused = aws.table.client.transact_write_items, iter([True, True])

    def contended(**request: object) -> object:
        if next(refused, False):
            response: Any = {
                "Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
                "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
            }
            raise ClientError(response, "TransactWriteItems")
        return real(**request)  # type: ignore[arg-type]

    monkeypatch.setattr(aws.table.client, "transact_write_items", contended)

    assert aws.reports.file(made).outcome is Outcome.STORED


def test_a_body_is_stored_before_its_report(aws: AwsStores, monkeypatch: pytest.MonkeyPatch) -> None:
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    made = fact(home, says=NOISE)

    def broken(**_: object) -> object:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(aws.table.client, "transact_write_items", broken)
        with pytest.raises(ConnectionError):
            aws.reports.file(made)

    assert stored(aws, home) == []
    assert aws.reports.file(made).outcome is Outcome.STORED
    assert stored(aws, home) == [made]


def test_a_report_removed_while_it_is_read_is_no_error(aws: AwsStores) -> None:
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    facts = [fact(home, report_id=str(number), says=[number, NOISE]) for number in range(3)]
    file(aws, facts)

    reading = aws.reports.of_day(home.account, home.id, DAY)
    first = next(reading)
    for made in facts:
        aws.reports.remove(made.summary)

    assert list(reading) == []
    assert first in facts


def test_removing_stopped_half_way_can_be_done_again(aws: AwsStores, monkeypatch: pytest.MonkeyPatch) -> None:
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    made = fact(home)
    aws.reports.file(made)
    real, calls = aws.table.client.delete_item, iter([False, True])

    def breaking(**request: object) -> object:
        if next(calls, False):
            raise ConnectionError
        return real(**request)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(aws.table.client, "delete_item", breaking)
        with pytest.raises(ConnectionError):
            aws.reports.remove(made.summary)

    assert stored(aws, home) == [made]
    aws.reports.remove(made.summary)
    assert aws.reports.file(made).outcome is Outcome.STORED


def test_a_day_without_a_free_number_refuses_loudly(aws: AwsStores) -> None:
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    first = given.numbered(fact(home), last_of(DAY))
    second = given.numbered(fact(home, report_id="2", says="b"), last_of(DAY))
    aws.reports.file(first)

    with pytest.raises(OverflowError):
        aws.reports.file(second)


def test_a_large_body_leaves_nothing_behind_when_it_came_before(aws: AwsStores) -> None:
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    file(aws, [fact(home, says=NOISE), fact(home, says=[NOISE]), fact(home, report_id="2", says=NOISE)])

    assert aws.objects("data") == 1


def test_the_index_carries_a_summary_whole_and_no_body(aws: AwsStores) -> None:
    home = given.domain(aws, given.account(aws))
    made = fact(home, policy_domain="news.example.com")
    aws.reports.file(made)
    at = keys.reports_of(home.account, Kind.AGGREGATE, made.summary.id)

    answer = aws.table.client.query(
        TableName=aws.table.name,
        IndexName=keys.INDEX,
        KeyConditionExpression="gsi1pk = :pk",
        ExpressionAttributeValues={":pk": {"S": at.pk}},
    )

    assert "body" not in answer["Items"][0]
    assert "dn" in answer["Items"][0]


def _matches(summary: ReportSummary, wanted: ReportFilter) -> bool:
    return (
        summary.kind is wanted.kind
        and (wanted.first or date.min) <= summary.day <= (wanted.last or date.max)
        and wanted.domain_part.lower() in summary.policy_domain
        and wanted.reporter_part.lower() in summary.reporter.lower()
        and wanted.trust in (None, summary.trust)
    )


def _listed(stores: Stores, right: Readable, wanted: ReportFilter, limit: int) -> list[ReportSummary]:
    listed: list[ReportSummary] = []
    after: ReportId | None = None
    while True:
        page = stores.reports.page(right, wanted, after=after, limit=limit)
        assert page.after is None or len(page.items) == limit
        listed.extend(page.items)
        after = page.after
        if after is None:
            return listed


def _roll_up(stores: Stores, home: Domain, facts: list[ReportSummary]) -> None:
    for day in {summary.day for summary in facts}:
        of_day = [summary for summary in facts if summary.day == day]
        made = given.counted(home, day, of_day)
        assert stores.rollups.replace(made, expected=0)
    assert stores.rollups.days_of(home.account, DomainId(home.id))
