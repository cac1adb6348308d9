from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.access import Readable, read_domain
from shared.core.advice.simulating import MOST_DAYS, simulate
from shared.core.advice.simulation import Fate, Policy, Simulator, aligned, passes
from shared.core.domain_names import organizational_domain
from shared.core.errors import Invalid
from shared.core.mail import Trust
from shared.core.senders.catalogue import builtin
from shared.core.statistics import Span
from shared.mailauth.evaluate.alignment import Mode
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Override,
    Row,
    SpfAuth,
)
from tests.fakes import FakeReports, FakeRollups
from tests.unit.core.world import CALLER, NOW, TODAY, fact, said, stored_domains
from tests.unit.core.world import row as reported

NAMES = ("orchard.example", "mail.orchard.example", "deep.mail.orchard.example", "mailer.example")
RESULTS = st.sampled_from(["pass", "fail", "none"])
AUTH = st.builds(
    AuthResults,
    st.lists(st.builds(DkimAuth, st.sampled_from(NAMES), st.just("s1"), RESULTS), max_size=3).map(tuple),
    st.lists(st.builds(SpfAuth, st.sampled_from(NAMES), st.none(), RESULTS), max_size=2).map(tuple),
)
EVALUATED = st.builds(
    Evaluated,
    st.sampled_from(["none", "quarantine", "reject", None]),
    st.sampled_from(["pass", "fail", None]),
    st.sampled_from(["pass", "fail", None]),
    st.sampled_from([(), (Override("forwarded"),), (Override("local_policy"),)]),
)
ROWS = st.lists(
    st.builds(
        Row,
        st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
        st.integers(1, 1_000),
        EVALUATED,
        st.builds(Identifiers, st.sampled_from(NAMES[:3])),
        AUTH,
    ),
    max_size=12,
)
POLICIES = st.builds(
    Policy,
    st.sampled_from(["none", "quarantine", "reject"]),
    st.sampled_from(["none", "quarantine", "reject"]),
    st.sampled_from(list(Mode)),
    st.sampled_from(list(Mode)),
    st.booleans(),
)


def by_address(row: Row) -> tuple[str, str]:
    return row.source_ip, row.source_ip


def plainly(rows: list[Row], policy: Policy) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """The same once more, as a person would say it."""
    below = {"reject": "quarantine", "quarantine": "none", "none": "none"}
    total: Counter[str] = Counter()
    sources: dict[str, Counter[str]] = {}
    for row in rows:
        author = row.identifiers.header_from
        good = False
        for results, mode, word in (
            (row.auth.dkim, policy.adkim, row.evaluated.dkim),
            (row.auth.spf, policy.aspf, row.evaluated.spf),
        ):
            names = [each.domain for each in results if each.result == "pass"]
            if mode is Mode.STRICT:
                matches = author in names
            else:
                home = organizational_domain(author)
                matches = home in {organizational_domain(name) for name in names}
            good = good or matches or (not names and word == "pass")
        wanted = policy.p if author == "orchard.example" else policy.sp
        if policy.testing:
            wanted = below[wanted]
        fate = "none" if good else wanted
        total[fate] += row.count
        sources.setdefault(row.source_ip, Counter())[fate] += row.count
    return total, sources


@given(rows=ROWS, policy=POLICIES)
@settings(max_examples=100, deadline=None)
def test_a_simulation_equals_a_plain_recomputation(rows: list[Row], policy: Policy) -> None:
    simulator = Simulator("orchard.example", policy, by_address)
    simulator.add("orchard.example", rows)
    found = simulator.result()
    total, sources = plainly(rows, policy)
    assert (found.after.delivered, found.after.quarantined, found.after.rejected) == (
        total["none"],
        total["quarantine"],
        total["reject"],
    )
    assert {each.sender_domain: each.fate.messages for each in found.sources} == {
        ip: counted.total() for ip, counted in sources.items()
    }
    for each in found.sources:
        counted = sources[each.sender_domain]
        assert (each.fate.quarantined, each.fate.rejected) == (counted["quarantine"], counted["reject"])
    assert found.before.messages == found.after.messages == total.total()
    lost = [each.fate.messages - each.fate.delivered for each in found.sources]
    assert lost == sorted(lost, reverse=True)


@given(rows=ROWS, policy=POLICIES)
def test_what_is_believed_of_each_row_does_not_hang_on_the_others(rows: list[Row], policy: Policy) -> None:
    whole = Simulator("orchard.example", policy, by_address)
    whole.add("orchard.example", rows)
    one_by_one = Simulator("orchard.example", policy, by_address)
    for row in reversed(rows):
        one_by_one.add("orchard.example", [row])
    assert whole.result() == one_by_one.result()


FAILING = Row(
    "192.0.2.1",
    10,
    Evaluated("none", "fail", "fail", (Override("mailing_list"),)),
    Identifiers("orchard.example"),
    AuthResults(),
)


def simulated(row: Row, policy: Policy, about: str = "orchard.example") -> tuple[Fate, Fate, int]:
    simulator = Simulator("orchard.example", policy, by_address)
    simulator.add(about, [row])
    found = simulator.result()
    return found.before, found.after, found.own_record


@pytest.mark.statement("1.10")
@pytest.mark.parametrize(
    ("policy", "testing", "fate"),
    [
        ("reject", False, Fate(rejected=10, forwarded=10)),
        ("reject", True, Fate(quarantined=10, forwarded=10)),
        ("quarantine", False, Fate(quarantined=10, forwarded=10)),
        ("quarantine", True, Fate(delivered=10)),
        ("none", False, Fate(delivered=10)),
        ("none", True, Fate(delivered=10)),
    ],
)
def test_a_testing_policy_is_one_step_lower(policy: str, testing: bool, fate: Fate) -> None:
    sent = Fate(delivered=10)
    assert simulated(FAILING, Policy(policy, "none", testing=testing)) == (sent, fate, 0)
    below = replace(FAILING, identifiers=Identifiers("sub.orchard.example"))
    assert simulated(below, Policy("none", policy, testing=testing)) == (sent, fate, 0)


def test_a_subdomain_with_a_record_of_its_own_is_left_out() -> None:
    assert simulated(FAILING, Policy("reject", "reject"), "mail.orchard.example") == (Fate(), Fate(), 10)


def test_strict_alignment_takes_the_very_domain() -> None:
    assert aligned("orchard.example", "mail.orchard.example", Mode.RELAXED)
    assert not aligned("orchard.example", "mail.orchard.example", Mode.STRICT)
    assert aligned("Orchard.example.", "orchard.example", Mode.STRICT)
    assert not aligned("orchard.example", "", Mode.RELAXED)


def test_the_word_of_a_reporter_counts_where_it_names_nothing() -> None:
    word = replace(FAILING, evaluated=Evaluated("none", "pass", "fail"))
    assert passes(word, Policy("reject", "reject", Mode.STRICT, Mode.STRICT))
    named = replace(word, auth=AuthResults((DkimAuth("mail.orchard.example", None, "pass"),)))
    assert passes(named, Policy("reject", "reject"))
    assert not passes(named, Policy("reject", "reject", Mode.STRICT))


def right() -> Readable:
    return read_domain(CALLER, "orchard.example", stored_domains())


def stored(*counts: int, days_ago: int = 1) -> FakeReports:
    reports = FakeReports(lambda: NOW)
    for number, count in enumerate(counts):
        row = reported(count=count, dkim="fail", spf="fail", raw="fail")
        reports.file(fact(said(row, report_id=f"r{number}", day=TODAY - timedelta(days=days_ago))))
    return reports


def asked(reports: FakeReports, days: int = 7, **more: object) -> Fate:
    span = Span(TODAY - timedelta(days=days - 1), TODAY)
    policy = Policy("reject", "reject")
    limits = {"trusts": tuple(Trust), **more}
    return simulate(reports, FakeRollups(), builtin(), right(), policy, span, **limits).after  # type: ignore[arg-type]


def test_the_reports_of_the_asked_days_are_gone_through() -> None:
    assert asked(stored(3, 4)) == Fate(rejected=7)
    assert asked(stored(3, 4, days_ago=9)) == Fate()
    assert asked(stored(3, 4, days_ago=60), days=MOST_DAYS) == Fate(rejected=7)
    assert asked(stored(3), trusts=(Trust.FAILED,)) == Fate()


def test_too_many_days_and_rows_are_refused_and_sent_elsewhere() -> None:
    with pytest.raises(Invalid, match="detail report"):
        asked(stored(3), days=MOST_DAYS + 1)
    assert asked(stored(3), days=MOST_DAYS) == Fate(rejected=3)
    with pytest.raises(Invalid, match="detail report"):
        asked(stored(3, 4), most_rows=1)


def test_no_days_are_no_mail() -> None:
    span = Span(TODAY, TODAY - timedelta(days=1))
    found = simulate(
        stored(3), FakeRollups(), builtin(), right(), Policy("none", "none"), span, trusts=tuple(Trust)
    )
    assert (found.rows, found.after, found.sources) == (0, Fate(), ())
