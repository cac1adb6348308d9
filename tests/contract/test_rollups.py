from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.adapters.dynamodb.rollup_items import detail_of, totals_of
from shared.core.access import Readable
from shared.core.clock import epoch_of
from shared.core.counters import Standings
from shared.core.domains import Domain
from shared.core.mail import Trust
from shared.core.rollups import AccountDay, DayRollup
from shared.core.segments import pack_document
from shared.core.senders.standing import Standing
from tests.contract import given
from tests.contract.given import DAY, nothing, rollup
from tests.contract.stores import AwsStores, Stores

LATER = DAY + timedelta(400)


@pytest.fixture
def home(stores: Stores) -> Domain:
    stores.clock.time = epoch_of(DAY)
    return given.domain(stores, given.account(stores))


def put(stores: Stores, made: DayRollup) -> None:
    version = stores.rollups.version(made.account, made.domain, made.day)
    assert stores.rollups.replace(made, expected=version)


def right(stores: Stores, home: Domain, *, whole_account: bool = False) -> Readable:
    owner = stores.accounts.get(home.account)
    assert owner is not None
    return given.right(stores, owner, None if whole_account else home)


def account_days(stores: Stores, home: Domain) -> list[AccountDay]:
    return stores.rollups.account_days(right(stores, home, whole_account=True), DAY, LATER)


@pytest.mark.parametrize("sources", [1, 3_000], ids=["small", "large"])
def test_a_rollup_comes_back_as_it_was_put(stores: Stores, home: Domain, sources: int) -> None:
    made = rollup(home, tls=2, failures=1, sources=sources, trust=Trust.UNVERIFIED)
    put(stores, made)

    assert stores.rollups.totals(right(stores, home), DAY, DAY) == [made.totals]
    assert stores.rollups.details(right(stores, home), DAY, DAY) == [made.detail]
    assert account_days(stores, home) == [AccountDay(DAY, 2, 12, 2, 1)]


def test_only_the_expected_version_is_replaced(stores: Stores, home: Domain) -> None:
    first, second = rollup(home, reports=1), rollup(home, reports=2)
    put(stores, first)
    version = stores.rollups.version(home.account, home.id, DAY)

    assert not stores.rollups.replace(second, expected=0)
    assert not stores.rollups.replace(second, expected=version + 1)
    assert stores.rollups.totals(right(stores, home), DAY, DAY) == [first.totals]
    assert stores.rollups.replace(second, expected=version)
    assert stores.rollups.version(home.account, home.id, DAY) > version
    assert account_days(stores, home)[0].reports == 2


def test_an_empty_rollup_removes_and_no_late_writer_brings_it_back(stores: Stores, home: Domain) -> None:
    put(stores, rollup(home, sources=3_000))
    version = stores.rollups.version(home.account, home.id, DAY)

    put(stores, nothing(home))

    assert stores.rollups.totals(right(stores, home), DAY, DAY) == []
    assert stores.rollups.details(right(stores, home), DAY, DAY) == []
    assert account_days(stores, home) == []
    assert stores.rollups.days_of(home.account, home.id) == []
    for stale in (0, version):
        assert not stores.rollups.replace(rollup(home), expected=stale)
    put(stores, rollup(home))
    assert account_days(stores, home)[0].reports == 2


def test_days_are_ascending_and_within_their_dates(stores: Stores, home: Domain) -> None:
    days = [DAY + timedelta(offset) for offset in (5, 1, 40)]
    for day in days:
        put(stores, rollup(home, day=day))

    def seen(first: date, last: date) -> list[date]:
        totals = stores.rollups.totals(right(stores, home), first, last)
        details = stores.rollups.details(right(stores, home), first, last)
        assert [day.day for day in totals] == [day.day for day in details]
        return [day.day for day in totals]

    assert seen(DAY, LATER) == sorted(days)
    assert seen(days[0], days[0]) == [days[0]]
    assert seen(LATER, DAY) == []
    assert stores.rollups.days_of(home.account, home.id) == sorted(days)


def test_the_days_of_an_account_are_the_sums_of_its_domains(stores: Stores, home: Domain) -> None:
    owner = stores.accounts.get(home.account)
    assert owner is not None
    sibling = given.domain(stores, owner, "example.org")
    stranger = given.domain(stores, given.account(stores))
    put(stores, rollup(home, reports=2, messages=10))
    put(stores, rollup(sibling, reports=3, messages=5, tls=4))
    put(stores, rollup(stranger, reports=100))

    assert account_days(stores, home) == [AccountDay(DAY, 5, 15, 4, 0)]
    put(stores, nothing(home))
    assert account_days(stores, home) == [AccountDay(DAY, 3, 5, 4, 0)]


def test_rollups_of_days_are_read_of_one_domain(stores: Stores, home: Domain) -> None:
    everything = right(stores, home, whole_account=True)

    for read in (stores.rollups.totals, stores.rollups.details):
        with pytest.raises(ValueError, match="one domain"):
            read(everything, DAY, DAY)


# --- what only the real stores can get wrong ---------------------------------------------------


def test_racing_writers_add_up(aws: AwsStores) -> None:
    """Eight domains' days of one account at once, each replaced from every version in turn."""
    owner = given.account(aws)
    homes = [given.domain(aws, owner, f"d{number}.example") for number in range(8)]
    aws.clock.time = epoch_of(DAY)

    def work(home: Domain) -> None:
        for reports in (1, 7, 3):
            put(aws, rollup(home, reports=reports, messages=reports))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, homes))

    assert account_days(aws, homes[0]) == [AccountDay(DAY, 24, 24, 0, 0)]


def test_a_writer_that_was_overtaken_leaves_the_newer_detail(
    aws: AwsStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow writer's transaction goes first, its detail comes last."""
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    slow, fast = rollup(home, sources=3_000), rollup(home, sources=3_100)
    real = aws.table.client.put_item
    pending: list[Callable[[], object]] = [lambda: put(aws, fast)]

    def overtaken(**request: object) -> object:
        if pending:
            pending.pop()()
        return real(**request)  # type: ignore[arg-type]

    monkeypatch.setattr(aws.table.client, "put_item", overtaken)
    put(aws, slow)

    assert aws.rollups.details(right(aws, home), DAY, DAY) == [fast.detail]
    assert aws.rollups.totals(right(aws, home), DAY, DAY) == [fast.totals]
    assert aws.objects("data") == 1


def test_a_reader_that_was_overtaken_reads_the_newer_detail(
    aws: AwsStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    old, new = rollup(home, sources=3_000), rollup(home, sources=3_100)
    put(aws, old)
    real = aws.blobs.get
    pending: list[Callable[[], object]] = [lambda: put(aws, new)]

    def overtaken(key: str) -> bytes | None:
        if pending:
            pending.pop()()
        return real(key)

    monkeypatch.setattr(aws.blobs, "get", overtaken)

    assert aws.rollups.details(right(aws, home), DAY, DAY) == [new.detail]


def test_a_version_replaced_between_reading_and_writing_is_noticed(
    aws: AwsStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    put(aws, rollup(home, reports=1))
    real = aws.table.client.transact_write_items
    pending: list[Callable[[], object]] = [lambda: put(aws, rollup(home, reports=5))]

    def overtaken(**request: object) -> object:
        if pending:
            pending.pop()()
        return real(**request)  # type: ignore[arg-type]

    monkeypatch.setattr(aws.table.client, "transact_write_items", overtaken)

    assert not aws.rollups.replace(rollup(home, reports=9), expected=1)
    assert account_days(aws, home)[0].reports == 5


def test_an_accounts_day_is_kept_as_long_as_the_longest_of_its_domains(aws: AwsStores) -> None:
    owner = given.account(aws)
    long, short = given.domain(aws, owner, "a.example"), given.domain(aws, owner, "b.example")
    aws.clock.time = epoch_of(DAY)
    put(aws, rollup(long, retention=90))
    put(aws, rollup(short, retention=30))
    aws.clock.time = epoch_of(DAY + timedelta(60))

    assert account_days(aws, long)[0].reports == 4
    assert aws.rollups.totals(right(aws, short), DAY, DAY) == []
    aws.clock.time = epoch_of(DAY + timedelta(91))
    assert account_days(aws, long) == []


def test_every_field_of_a_source_comes_back(aws: AwsStores) -> None:
    """Each field of a source takes its own place in what is packed."""
    home = given.domain(aws, given.account(aws))
    aws.clock.time = epoch_of(DAY)
    made = rollup(home)
    share = made.detail.shares[0]
    line = replace(
        share.sources[0],
        host_confirmed=True,
        country="DE",
        city="Berlin",
        asn=64_500,
        network="Example Net",
        dkim_domains=("a.test", "b.test"),
        spf_domains=("c.test",),
        header_from=("example.com", "d.test"),
        standing=Standing.FORWARDER,
        evidence_value="a.test",
    )
    full = replace(made, detail=replace(made.detail, shares=(replace(share, sources=(line,)),)))
    put(aws, full)

    assert aws.rollups.details(right(aws, home), DAY, DAY) == [full.detail]


def test_the_standings_of_a_day_come_back(stores: Stores) -> None:
    home = given.domain(stores, given.account(stores))
    stores.clock.time = epoch_of(DAY)
    made = rollup(home)
    ((trust, share),) = made.totals.shares
    totals = replace(made.totals, shares=((trust, replace(share, standings=Standings((5, 4, 2, 1)))),))
    put(stores, replace(made, totals=totals))

    assert stores.rollups.totals(right(stores, home), DAY, DAY) == [totals]


def test_days_from_before_there_were_standings_are_unknown() -> None:
    packed = pack_document([[["authenticated", 2, [12, *[0] * 11], 1]], [0, 0, 0, []], [0, 0]])
    share = totals_of(DAY, packed).share()
    assert (share.counters.messages, share.standings.counts) == (12, (0, 0, 0, 12))
    cells = [[3, *[0] * 11], 0]
    source = [
        "a.test",
        "A",
        "crm",
        "dkim",
        "192.0.2.1",
        cells,
        None,
        False,
        None,
        None,
        None,
        None,
        [],
        [],
        [],
    ]
    (detail,) = detail_of(DAY, pack_document([["authenticated", [source], [], []]])).shares
    assert (detail.sources[0].standing, detail.sources[0].ip) == (Standing.THREAT, "192.0.2.1")


def test_messages_of_parked_domains_are_counted_by_the_month(stores: Stores) -> None:
    owner = given.account(stores)
    parked, other = given.domain(stores, owner, "a.example"), given.domain(stores, owner, "b.example")
    first, later = given.DAY, given.DAY + timedelta(days=20)

    def counted() -> int:
        return stores.rollups.parked_messages(owner.id, first, later)

    for home, day, is_parked in ((parked, first, True), (parked, later, True), (other, first, False)):
        made = replace(given.rollup(home, day=day, messages=12, retention=400), parked=is_parked)
        assert stores.rollups.replace(made, expected=0)
    before = stores.rollups.parked_messages(owner.id, first - timedelta(days=9), first - timedelta(days=1))

    assert (before, counted()) == (0, 24)
    more = replace(given.rollup(parked, day=first, messages=30, retention=400), parked=True)
    stores.rollups.replace(more, expected=1)
    assert counted() == 42
    stores.rollups.replace(replace(more, parked=False), expected=2)
    assert counted() == 12
    stores.rollups.replace(given.nothing(parked, later), expected=1)
    assert counted() == 0
