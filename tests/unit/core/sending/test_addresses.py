from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.addresses import NoPlaces
from shared.core.callers import Caller
from shared.core.errors import Invalid, Malformed, NotFound
from shared.core.mail import Trust
from shared.core.paging import PageRequest, ranked_page
from shared.core.reports import Fact
from shared.core.rolling import roll_up
from shared.core.rollups import DayDetail
from shared.core.segments import unpack
from shared.core.senders.catalogue import builtin
from shared.core.senders.includes import Includes
from shared.core.senders.standing import Standing
from shared.core.sending import reported
from shared.core.sending.addresses import AddressFigures, AddressFilter, Category, addresses
from shared.core.sending.approved import compare
from shared.core.sending.canonical import canonical, required_address
from shared.core.sending.reported import details_by
from shared.core.sending.rows import MOST_READ, RowFilter, RowReader
from shared.core.sending.spans import bounded_span
from shared.core.statistics import Span
from shared.core.watching.approved import ApprovedSource
from shared.mailauth.reports.values import Row
from tests.fakes import FakeReports
from tests.unit.core.world import (
    ACCOUNT,
    CALLER,
    DOMAIN,
    FORGED,
    PASSED,
    TODAY,
    domain_right,
    fact,
    row,
    said,
)

WEEK = Span(TODAY - timedelta(days=6), TODAY)
REPORTERS = ("google.com", "Yahoo", "mail.example")
ADDRESSES = ("192.0.2.1", "198.51.100.7", "2001:db8::1", "203.0.113.9")
ROWS = st.builds(
    row,
    ip=st.sampled_from(ADDRESSES),
    count=st.integers(1, 50),
    dkim=st.sampled_from(["pass", "fail"]),
    spf=st.sampled_from(["pass", "fail"]),
    disposition=st.sampled_from(["none", "quarantine", "reject"]),
    signed_by=st.sampled_from(["orchard.example", "sendgrid.net", "mailer.example"]),
    header_from=st.sampled_from(["orchard.example", "news.orchard.example"]),
    raw=st.sampled_from(["pass", "fail"]),
    overrides=st.sampled_from([(), ("forwarded",), ("mailing_list",)]),
)
REPORTS = st.lists(
    st.tuples(
        st.lists(ROWS, min_size=1, max_size=5),
        st.integers(0, 6),
        st.sampled_from(REPORTERS),
        st.sampled_from([PASSED, FORGED]),
    ),
    max_size=6,
)
TRUSTS = st.sampled_from([tuple(Trust), (Trust.AUTHENTICATED,), (Trust.FAILED,)])


def facts_of(drawn: Iterable[tuple[list[Row], int, str, object]]) -> list[Fact]:
    return [
        fact(
            said(*rows, day=TODAY - timedelta(days=ago), reporter=reporter, report_id=f"r{number}"),
            verdicts=verdicts,  # type: ignore[arg-type]
        )
        for number, (rows, ago, reporter, verdicts) in enumerate(drawn)
    ]


def details_of(facts: Sequence[Fact]) -> list[DayDetail]:
    return [
        roll_up(
            ACCOUNT.id,
            DOMAIN.id,
            day,
            [each for each in facts if each.summary.day == day],
            places=NoPlaces(),
            catalogue=builtin(),
            hosts=lambda asked: {},
        ).rollup.detail
        for day in sorted({each.summary.day for each in facts})
    ]


def stored(facts: Iterable[Fact]) -> FakeReports:
    reports = FakeReports()
    for each in facts:
        reports.file(each)
    return reports


def every_row(facts: Iterable[Fact]) -> list[tuple[Fact, Row]]:
    """By reading them one by one, without the paths that are tested."""
    return [(each, found) for each in facts for found in unpack(each.segment)]


def passes(found: Row, wanted: str) -> bool:
    dkim, spf = found.evaluated.dkim == "pass", found.evaluated.spf == "pass"
    forwarded = not (dkim or spf) and bool(found.evaluated.overrides)
    return {"dmarc": dkim or spf, "spf": spf, "dkim": dkim, "forwarded": forwarded}[wanted]


@given(REPORTS, TRUSTS, st.sampled_from([None, "dmarc", "spf", "dkim", "forwarded"]))
def test_addresses_are_those_of_the_rows(
    drawn: list[tuple[list[Row], int, str, object]], trusts: tuple[Trust, ...], category: str | None
) -> None:
    facts = facts_of(drawn)
    rows = [(whole, each) for whole, each in every_row(facts) if whole.summary.trust in trusts]
    found = addresses(
        details_of(facts), AddressFilter(category=Category(category) if category else None, trusts=trusts)
    )
    mine = {
        ip: [(whole, each) for whole, each in rows if each.source_ip == ip]
        for ip in {each.source_ip for _, each in rows}
    }
    wanted = {
        ip: own
        for ip, own in mine.items()
        if category is None or any(passes(each, category) for _, each in own)
    }
    assert {each.line.ip for each in found} == wanted.keys()
    for each in found:
        own = wanted[each.line.ip]
        days = [whole.summary.day for whole, _ in own]
        assert (each.first_seen, each.last_seen) == (min(days), max(days))
        sums = {
            name: sum(one.count for _, one in own if passes(one, name)) for name in ("dmarc", "spf", "dkim")
        }
        assert each.counters.messages == sum(one.count for _, one in own) == sum(each.standings.counts)
        counters = each.counters
        assert (counters.dmarc_pass, counters.spf_pass, counters.dkim_pass) == tuple(sums.values())
        assert counters.forwarded == sum(one.count for _, one in own if passes(one, "forwarded"))
        assert set(each.line.header_from) == {one.identifiers.header_from for _, one in own}
    assert found == sorted(found, key=lambda each: (-each.counters.messages, each.line.ip))


@given(REPORTS)
def test_the_standings_share_the_messages_out(drawn: list[tuple[list[Row], int, str, object]]) -> None:
    details = details_of(facts_of(drawn))
    whole = {each.line.ip: each for each in addresses(details, AddressFilter())}
    shared: Counter[str] = Counter()
    for standing in Standing:
        for each in addresses(details, AddressFilter(category=Category(standing.value))):
            assert each.counters.messages == whole[each.line.ip].standings[standing]
            shared[each.line.ip] += each.counters.messages
    assert shared == {ip: each.counters.messages for ip, each in whole.items()}


@given(REPORTS, st.sampled_from(["192", "DB8::1", "sendgrid", "news.", "nobody", " "]))
def test_a_search_finds_parts(drawn: list[tuple[list[Row], int, str, object]], search: str) -> None:
    details = details_of(facts_of(drawn))
    part = search.strip().lower()

    def holds(each: AddressFigures) -> bool:
        line = each.line
        texts = [line.ip, line.host or "", line.sender_domain, line.sender_name, *line.header_from]
        return any(part in text.lower() for text in texts)

    everything = addresses(details, AddressFilter())
    assert addresses(details, AddressFilter(search=search)) == list(filter(holds, everything))


@given(REPORTS, st.sampled_from(["google", "YAHOO", "a", "nobody"]))
def test_the_addresses_of_some_reporters_are_those_of_their_reports(
    drawn: list[tuple[list[Row], int, str, object]], reporter: str
) -> None:
    facts = facts_of(drawn)
    theirs = [each for each in facts if reporter.lower() in each.summary.reporter.lower()]
    reports = stored(facts)
    kept = [each for each in theirs if reports.fact(each.summary) is not None]
    details = details_of([each for each in facts if reports.fact(each.summary) is not None])
    found = details_by(reports, domain_right(), WEEK, reporter, details, builtin(), Includes())
    assert found == details_of(kept)


def test_too_many_reports_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reported, "MOST_REPORTS", 1)
    reports = stored(facts_of([([row(count=n)], 0, "google.com", PASSED) for n in (1, 2)]))
    with pytest.raises(Invalid, match="fewer days"):
        details_by(reports, domain_right(), WEEK, "google", [], builtin(), Includes())


@given(
    REPORTS,
    TRUSTS,
    st.sampled_from(ADDRESSES),
    st.sampled_from([None, *Category]),
    st.sampled_from(["", "google", "a"]),
    st.sampled_from(["", "news.", "S1", "nobody"]),
    st.integers(1, 3),
)
def test_rows_of_an_address_come_page_by_page_and_once(
    drawn: list[tuple[list[Row], int, str, object]],
    trusts: tuple[Trust, ...],
    address: str,
    category: Category | None,
    reporter: str,
    search: str,
    limit: int,
) -> None:
    reports = stored(facts_of(drawn))
    facts = reports.facts
    reader = RowReader(reports, domain_right(), details_of(facts), builtin(), Includes())
    wanted = RowFilter(search, category, reporter, trusts)
    found, cursor = [], None
    for _ in range(100):
        page = reader.page(address, WEEK, wanted, PageRequest(limit, cursor))
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next
        if cursor is None:
            break

    def texts(whole: Fact, each: Row) -> str:
        auth = [*(one.domain for one in each.auth.spf), *(one.domain for one in each.auth.dkim)]
        selectors = [one.selector or "" for one in each.auth.dkim]
        return "\n".join([each.identifiers.header_from, whole.summary.reporter, *auth, *selectors]).lower()

    expected = [
        (whole, each)
        for whole, each in every_row(sorted(facts, key=lambda whole: -whole.summary.id))
        if each.source_ip == address
        and whole.summary.trust in trusts
        and reporter in whole.summary.reporter.lower()
        and search.lower() in texts(whole, each)
    ]
    if category is not None and category.standing is None:
        expected = [(whole, each) for whole, each in expected if passes(each, category.value)]
    if category is None or category.standing is None:
        assert [(each.summary, each.row) for each in found] == [
            (whole.summary, each) for whole, each in expected
        ]
    else:
        standing = AddressFilter(category=category, trusts=trusts)
        kept = [whole for whole in facts if reporter in whole.summary.reporter.lower()]
        sums = {each.line.ip: each.counters.messages for each in addresses(details_of(kept), standing)}
        assert search or sum(each.row.count for each in found) == sums.get(address, 0)


def test_a_page_of_rows_ends_where_it_has_read_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.core.sending.rows.MOST_READ", 25)
    assert MOST_READ > 25
    drawn = [([row(count=n + 1)], 0, "google.com", PASSED) for n in range(30)]
    reports = stored(facts_of(drawn))
    reader = RowReader(reports, domain_right(), details_of(reports.facts), builtin(), Includes())
    wanted = RowFilter(search="nobody")
    first = reader.page("192.0.2.1", WEEK, wanted, PageRequest(10))
    assert first.items == []
    assert first.next is not None
    assert reader.page("192.0.2.1", WEEK, wanted, PageRequest(10, first.next)).next is None


@given(
    REPORTS,
    st.lists(
        st.lists(
            st.sampled_from(
                ["192.0.2.0/24", "198.51.100.7/32", "0.0.0.0/0", "2001:db8::/32", "203.0.113.0/29"]
            ),
            max_size=3,
        ),
        max_size=4,
    ),
)
def test_what_was_seen_is_shared_out_to_approved_sources(
    drawn: list[tuple[list[Row], int, str, object]], networks: list[list[str]]
) -> None:
    sources = [
        ApprovedSource(f"s{number}", "S", "s.example", "t", 0, 0, ips=tuple(own))
        for number, own in enumerate(networks)
    ]
    found = addresses(details_of(facts_of(drawn)), AddressFilter())
    compared = compare(sources, found)

    def within(each: AddressFigures, own: Iterable[str]) -> bool:
        return any(ip_address(each.line.ip) in ip_network(text) for text in own)

    for (source, seen), own in zip(compared.sources, networks, strict=True):
        mine = [each for each in found if within(each, own)]
        assert (source.ips, list(seen.addresses)) == (tuple(own), mine)
        assert seen.counters.messages == sum(each.counters.messages for each in mine)
        assert seen.first_seen == (min(each.first_seen for each in mine) if mine else None)
        assert seen.last_seen == (max(each.last_seen for each in mine) if mine else None)
    assert list(compared.others.addresses) == [
        each for each in found if not any(within(each, own) for own in networks)
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:C000:201", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", None),
        ("orchard.example", None),
        ("", None),
    ],
)
def test_an_address_has_one_form(text: str, form: str | None) -> None:
    assert canonical(text) == form
    if form is None:
        with pytest.raises(NotFound):
            required_address(text)


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, Span(day(30), TODAY)),
        (day(3), None, Span(day(3), TODAY)),
        (None, day(3), Span(day(33), day(3))),
        (day(80), None, Span(day(80), day(50))),
        (day(3), day(-5), Span(day(3), TODAY)),
        (day(100), day(85), Span(day(90), day(85))),
    ],
)
def test_days_are_bounded(first: date | None, last: date | None, expected: Span) -> None:
    caller: Caller = CALLER
    assert bounded_span(caller, first, last) == expected


@pytest.mark.parametrize(("first", "last"), [(day(1), day(2)), (day(40), day(2))])
def test_impossible_days_are_refused(first: date, last: date) -> None:
    with pytest.raises(Malformed):
        bounded_span(CALLER, first, last)


@given(st.lists(st.tuples(st.integers(0, 3), st.text(max_size=2)), unique=True), st.integers(1, 4))
def test_a_ranked_list_comes_page_by_page_and_once(items: list[tuple[int, str]], limit: int) -> None:
    ranked = sorted(items, key=lambda item: (-item[0], item[1]))
    found: list[tuple[int, str]] = []
    request = PageRequest(limit)
    while True:
        page = ranked_page(ranked, request, weight=lambda item: item[0], name=lambda item: item[1])
        assert page.total == len(items)
        found += page.items
        if page.next is None:
            break
        request = PageRequest(limit, type(page.next).decode(page.next.encode()))
    assert found == ranked


def test_a_ranked_list_goes_on_behind_what_is_gone() -> None:
    items = [(5, "a"), (4, "b"), (3, "c")]

    def page(of: list[tuple[int, str]], request: PageRequest) -> list[tuple[int, str]]:
        return list(ranked_page(of, request, weight=lambda item: item[0], name=lambda item: item[1]).items)

    first = ranked_page(items, PageRequest(2), weight=lambda item: item[0], name=lambda item: item[1])
    assert page([(5, "a"), (3, "c")], PageRequest(2, first.next)) == [(3, "c")]
