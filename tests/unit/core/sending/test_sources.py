from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.access import read_account
from shared.core.callers import Caller
from shared.core.counters import Counters
from shared.core.groups import Group
from shared.core.ids import AccountId, DomainId, GroupId
from shared.core.mail import Trust
from shared.core.queues import SourceRefresh
from shared.core.rights import ALL, Level, Rights, Scope
from shared.core.rollups import DayDetail, DayRollup, DayTotals, ShareDetail, SourceLine
from shared.core.senders.identification import NOTHING
from shared.core.senders.numbers import source_number
from shared.core.senders.standing import Standing
from shared.core.sending import snapshots as module
from shared.core.sending.refreshing import APART, FEW_DOMAINS, STALE, Refresher, ask_refresh, current, every
from shared.core.sending.snapshots import Snapshot, Sums, pack, unpack
from shared.core.sending.sources import SourceFilter, account_sources, source_domains
from tests.fakes import (
    FakeAccounts,
    FakeDomains,
    FakeGroups,
    FakeRollups,
    FakeSnapshots,
    FakeSourceRefreshes,
)
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, TODAY

HOMES = {DomainId(1): "a.example", DomainId(2): "b.example", DomainId(3): "c.example"}
SENDERS = ("google.com", "sendgrid.com", "evil.example")
PROOFS = ("dkim", "return_path", "spf_include", "host_name", "selector", "network")
"""The most telling first."""
TEAM = GroupId(77)

LINES = st.builds(
    lambda sender, ip, cells, forwarded, standing, proof: SourceLine(
        sender_domain=sender,
        sender_name=sender.partition(".")[0].title(),
        category="unknown" if sender == "evil.example" else "marketing",
        evidence=proof,
        evidence_value="" if proof == NOTHING else f"{proof}.{sender}",
        ip=ip,
        counters=Counters(tuple(cells), forwarded),
        standing=standing,
    ),
    st.sampled_from(SENDERS),
    st.sampled_from(["192.0.2.1", "192.0.2.2"]),
    st.lists(st.integers(0, 9), min_size=12, max_size=12),
    st.integers(0, 5),
    st.sampled_from(Standing),
    st.sampled_from([*PROOFS, NOTHING]),
)
SHARES = st.lists(st.tuples(st.sampled_from(Trust), st.lists(LINES, min_size=1, max_size=3)), max_size=3)
WORLDS = st.dictionaries(
    st.tuples(st.sampled_from(sorted(HOMES)), st.integers(0, 9)), SHARES, max_size=6
).map(lambda days: {key: dict(shares) for key, shares in days.items()})
World = dict[tuple[DomainId, int], dict[Trust, list[SourceLine]]]


def stored(world: World) -> tuple[Refresher, FakeGroups]:
    """An account with three domains; the last two are in a group."""
    accounts = FakeAccounts()
    accounts.add(ACCOUNT)
    domains, rollups = FakeDomains(accounts), FakeRollups()
    fake_groups = FakeGroups(domains)
    fake_groups.add(Group(TEAM, ACCOUNT.id, "Team", created=NOW), most=9)
    for number, name in HOMES.items():
        groups = frozenset({TEAM}) if number != 1 else frozenset()
        domains.add(replace(DOMAIN, id=number, name=name, token=f"t{number}", groups=groups))
    for (number, ago), shares in world.items():
        day = TODAY - timedelta(days=ago)
        detail = DayDetail(
            day, tuple(ShareDetail(trust, tuple(lines), ()) for trust, lines in shares.items())
        )
        rollups.stored[(ACCOUNT.id, number), day] = DayRollup(ACCOUNT.id, number, DayTotals(day), detail, 0)
    return Refresher(accounts, domains, rollups, FakeSnapshots()), fake_groups


def member() -> Caller:
    """Sees the group alone."""
    return Caller(ACCOUNT, None, NOW, Rights(frozenset({Scope.READ}), {TEAM: Level.READ}))


def rows(
    world: World, homes: Iterable[DomainId], wanted: SourceFilter
) -> list[tuple[DomainId, date, SourceLine]]:
    """Each line of the days that count, by reading them one by one."""
    part = wanted.search.strip().lower()
    return [
        (number, TODAY - timedelta(days=ago), line)
        for (number, ago), shares in world.items()
        for trust, lines in shares.items()
        for line in lines
        if ago <= 7
        and number in homes
        and (wanted.domains is None or number in wanted.domains)
        and trust in wanted.trusts
        and (part in line.sender_domain or part in line.sender_name.lower())
        and (wanted.known is None or wanted.known is (line.category != "unknown"))
        and (wanted.number is None or wanted.number == source_number(line.sender_domain))
    ]


def best(lines: Iterable[SourceLine]) -> tuple[str, str]:
    said = {line.evidence: line.evidence_value for line in lines}
    return next(((proof, said[proof]) for proof in PROOFS if proof in said), (NOTHING, ""))


FILTERS = st.builds(
    SourceFilter,
    domains=st.none() | st.frozensets(st.sampled_from(sorted(HOMES))),
    trusts=st.sampled_from([tuple(Trust), (Trust.AUTHENTICATED,), (Trust.FAILED, Trust.UNVERIFIED)]),
    number=st.none() | st.sampled_from([source_number(SENDERS[0]), 7]),
    search=st.sampled_from(["", "GOOGLE", "example", "nobody"]),
    standing=st.none() | st.sampled_from(Standing),
    known=st.none() | st.booleans(),
)


@given(WORLDS, FILTERS, st.booleans())
def test_sources_are_summed_of_what_is_in_sight_alone(world: World, wanted: SourceFilter, team: bool) -> None:
    refresher, groups = stored(world)
    caller = member() if team else Caller(ACCOUNT, None, NOW, ALL)
    right = read_account(caller, groups)
    snapshot = unpack(pack(refresher.made(ACCOUNT.id, NOW)))
    homes = [number for number in HOMES if number != 1 or not team]
    counted = rows(world, homes, wanted)

    def dominant(lines: Iterable[SourceLine]) -> Standing:
        sums = dict.fromkeys(Standing, 0)
        for line in lines:
            sums[line.standing] += line.counters.messages
        return max(reversed(Standing), key=sums.__getitem__)

    by_source = defaultdict(list)
    by_pair = defaultdict(list)
    for number, day, line in counted:
        by_source[line.sender_domain].append((number, day, line))
        by_pair[line.sender_domain, number].append((number, day, line))

    def shown(found: list[tuple[DomainId, date, SourceLine]]) -> bool:
        return wanted.standing in (None, dominant(line for _, _, line in found))

    sources = account_sources(snapshot, right, wanted)
    assert {each.sender.domain for each in sources} == {name for name, own in by_source.items() if shown(own)}
    for each in sources:
        own = by_source[each.sender.domain]
        counters = sum((line.counters for _, _, line in own), Counters())
        assert each.sums[:7] == (
            counters.messages,
            counters.quarantined,
            counters.rejected,
            counters.spf_pass,
            counters.dkim_pass,
            counters.dmarc_pass,
            counters.forwarded,
        )
        assert each.sums.standings.counts == tuple(
            sum(line.counters.messages for _, _, line in own if line.standing is standing)
            for standing in Standing
        )
        assert each.domain_count == len({number for number, _, _ in own})
        days = [day for _, day, _ in own]
        assert (each.first_seen, each.last_seen) == (min(days), max(days))
        assert each.number == source_number(each.sender.domain)
        assert each.proof == best(line for _, _, line in own)
    assert sources == sorted(sources, key=lambda each: (-each.sums.messages, each.sender.domain))

    pairs = source_domains(snapshot, right, wanted)
    assert {(each.sender.domain, each.domain) for each in pairs} == {
        pair for pair, own in by_pair.items() if shown(own)
    }
    for pair in pairs:
        mine = [line for _, _, line in by_pair[pair.sender.domain, pair.domain]]
        assert pair.sums.messages == sum(line.counters.messages for line in mine)
        assert pair.name == HOMES[pair.domain]
        assert pair.proof == best(mine)
    assert pairs == sorted(pairs, key=lambda each: (-each.sums.messages, each.name, each.sender.domain))


@given(WORLDS)
def test_a_member_of_a_group_finds_the_same_without_the_other_domains(world: World) -> None:
    right = read_account(member(), stored(world)[1])
    theirs = {key: shares for key, shares in world.items() if key[0] != 1}
    whole, alone = (stored(each)[0].made(ACCOUNT.id, NOW) for each in (world, theirs))
    assert account_sources(whole, right, SourceFilter()) == account_sources(alone, right, SourceFilter())
    assert source_domains(whole, right, SourceFilter()) == source_domains(alone, right, SourceFilter())


@given(WORLDS)
def test_a_domain_that_is_gone_leaves_nothing_behind(world: World) -> None:
    theirs = {key: shares for key, shares in world.items() if key[0] != 2}
    whole, left = (stored(each)[0].made(ACCOUNT.id, NOW) for each in (world, theirs))
    right = read_account(Caller(ACCOUNT, None, NOW, ALL), stored({})[1])
    without = whole.without(DomainId(2))
    assert (without.domains, set(without.senders)) == (left.domains, set(left.senders))
    assert source_domains(without, right, SourceFilter()) == source_domains(left, right, SourceFilter())


@given(WORLDS)
def test_a_snapshot_is_packed_without_loss(world: World) -> None:
    snapshot = stored(world)[0].made(ACCOUNT.id, NOW)
    assert unpack(pack(snapshot)) == snapshot


def test_forgers_do_not_swell_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SENDERS", 2)
    lines = [
        SourceLine(f"s{n}.example", "", "unknown", "none", f"192.0.2.{n}", Counters((n,) + (0,) * 11))
        for n in range(1, 6)
    ]
    snapshot = stored({(DomainId(1), 0): {Trust.FAILED: lines}})[0].made(ACCOUNT.id, NOW)
    assert sorted(each.domain for each in snapshot.senders) == ["s4.example", "s5.example"]
    assert sorted(line.sums.messages for line in snapshot.lines) == [4, 5]
    assert unpack(pack(snapshot)) == snapshot


def line_of(name: str, count: int = 1) -> SourceLine:
    return SourceLine("mailer.example", name, "unknown", "none", "192.0.2.1", Counters((count,) + (0,) * 11))


def test_a_source_has_its_newest_name() -> None:
    days = [(DomainId(1), 3), (DomainId(2), 0), (DomainId(3), 5)]
    world: World = {
        day: {Trust.FAILED: [line_of(name)]} for day, name in zip(days, ("old", "new", "oldest"), strict=True)
    }
    (sender,) = stored(world)[0].made(ACCOUNT.id, NOW).senders
    assert sender.name == "new"


def test_a_snapshot_is_made_once_for_what_was_asked() -> None:
    refresher, _ = stored({})
    assert not refresher.refresh(SourceRefresh(AccountId(5), NOW), NOW)
    assert refresher.refresh(SourceRefresh(ACCOUNT.id, NOW - 60), NOW)
    assert not refresher.refresh(SourceRefresh(ACCOUNT.id, NOW - 30), NOW + 60)
    assert refresher.refresh(SourceRefresh(ACCOUNT.id, NOW + 30), NOW + 60)
    assert refresher.snapshots.state(ACCOUNT.id).made == NOW + 60


def test_of_an_account_that_closes_none_is_made() -> None:
    refresher, _ = stored({})
    refresher.accounts.close(ACCOUNT.id, closes=NOW + 600)
    assert not refresher.refresh(SourceRefresh(ACCOUNT.id, NOW), NOW)


def test_a_small_account_does_not_wait_for_its_first_snapshot() -> None:
    refresher, _ = stored({(DomainId(1), 0): {Trust.FAILED: [line_of("x", 9)]}})
    sent = FakeSourceRefreshes()
    small = replace(ACCOUNT, domains=FEW_DOMAINS)
    found = current(refresher.snapshots, sent, refresher, small, NOW)
    assert [line.sums.messages for line in found.lines] == [9]
    assert (sent.sent, refresher.snapshots.state(ACCOUNT.id).made) == ([], NOW)


def test_a_large_account_is_told_that_there_is_none_yet() -> None:
    refresher, _ = stored({(DomainId(1), 0): {Trust.FAILED: [line_of("x", 9)]}})
    sent = FakeSourceRefreshes()
    large = replace(ACCOUNT, domains=FEW_DOMAINS + 1)
    for _ in range(2):
        found = current(refresher.snapshots, sent, refresher, large, NOW)
        assert (found.made, found.lines) == (0, ())
    assert sent.sent == [(SourceRefresh(ACCOUNT.id, NOW), 0)]


def test_an_old_snapshot_is_shown_and_a_new_one_asked_for() -> None:
    refresher, _ = stored({})
    sent = FakeSourceRefreshes()
    refresher.snapshots.put(ACCOUNT.id, Snapshot(NOW - STALE, TODAY, TODAY))
    assert current(refresher.snapshots, sent, refresher, ACCOUNT, NOW).made == NOW - STALE
    assert sent.sent == []
    assert current(refresher.snapshots, sent, refresher, ACCOUNT, NOW + 1).made == NOW - STALE
    assert sent.sent == [(SourceRefresh(ACCOUNT.id, NOW + 1), 0)]


def test_refreshes_are_asked_for_some_minutes_apart() -> None:
    snapshots, sent = FakeSnapshots(), FakeSourceRefreshes()
    caller = Caller(ACCOUNT, None, NOW, ALL)
    for after in (0, APART - 1, APART):
        state = ask_refresh(snapshots, sent, replace(caller, now=NOW + after))
        assert state.made is None
    assert [order.asked for order, _ in sent.sent] == [NOW, NOW + APART]
    assert every([AccountId(9), AccountId(7), AccountId(9)], NOW) == [
        SourceRefresh(AccountId(7), NOW),
        SourceRefresh(AccountId(9), NOW),
    ]


@pytest.mark.parametrize(("one", "other"), [(-120, 120), (120, -120), (0, -200), (-200, 0)])
def test_workers_whose_clocks_disagree_do_all_that_is_asked(one: int, other: int) -> None:
    """As long as they disagree by less than there is between two snapshots."""
    refresher, _ = stored({})
    caller, sent = Caller(ACCOUNT, None, NOW, ALL), FakeSourceRefreshes()
    for number, skew in enumerate((one, other, one)):
        real = NOW + number * 2 * APART
        ask_refresh(refresher.snapshots, sent, replace(caller, now=real))
        order = sent.sent[-1][0]
        assert order.asked == real
        assert refresher.refresh(order, real + 1 + skew)
        assert refresher.snapshots.state(ACCOUNT.id).made == real + 1 + skew


def test_sums_have_the_standings_last() -> None:
    assert Sums._fields[-4:] == ("capable", "non_compliant", "forwarder", "threat")
    assert len(Standing) == 4
