from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.addresses import HostName, NoPlaces
from shared.core.counters import Counters
from shared.core.facts import said_by
from shared.core.failures.marks import Marks
from shared.core.mail import Trust
from shared.core.reports import Fact
from shared.core.rolling import Rolled, roll_up
from shared.core.rollups import SourceLine, TlsTotals
from shared.core.senders.catalogue import Catalogue, builtin
from shared.core.senders.standing import Standing
from shared.mailauth.reports.reading import Parsed
from shared.mailauth.reports.values import Kind, Row, TlsFailure, TlsPolicy, TlsReport
from tests.unit.core.world import ACCOUNT, DOMAIN, FORGED, NOW, TODAY, fact, row, said

CATALOGUE: Catalogue = builtin()
MARKS = Marks("auth-failure", "192.0.2.1", "", ())


def rolled(*facts: Fact, hosts: dict[str, HostName] | None = None, day: date = TODAY) -> Rolled:
    known = hosts or {}
    return roll_up(
        ACCOUNT.id,
        DOMAIN.id,
        day,
        facts,
        places=NoPlaces(),
        catalogue=CATALOGUE,
        hosts=lambda asked: {ip: known[ip] for ip in asked if ip in known},
    )


def lines(result: Rolled) -> dict[str, SourceLine]:
    return {line.ip: line for share in result.rollup.detail.shares for line in share.sources}


def test_counters_tell_disposition_and_alignment_apart() -> None:
    result = rolled(
        fact(
            said(
                row(count=5),
                row(count=3, dkim="fail", disposition="quarantine"),
                row(count=2, dkim="fail", spf="fail", disposition="reject"),
                row(count=1, dkim="pass", spf="fail", disposition="pass"),
            )
        )
    )
    total = result.rollup.totals.share().counters
    assert (total.messages, total.accepted, total.quarantined, total.rejected) == (11, 6, 3, 2)
    assert (total.spf_pass, total.dkim_pass, total.dmarc_pass) == (8, 6, 9)


def test_forged_reports_are_counted_apart() -> None:
    good = fact(said(row(count=5)))
    forged = fact(said(row(count=1_000), report_id="r2"), verdicts=FORGED)
    totals = rolled(good, forged).rollup.totals
    assert totals.share().counters.messages == 1_005
    assert totals.share([Trust.AUTHENTICATED, Trust.UNVERIFIED]).counters.messages == 5


@pytest.mark.statement("7.9")
def test_forged_tls_reports_are_counted_and_believed_nothing() -> None:
    failure = TlsFailure("certificate-expired", None, None, None, None, 7)
    met = TlsPolicy("sts", DOMAIN.name, (), (), 5, 7, (failure,))
    (spoken,) = said_by(Parsed("", TlsReport("Mailer", None, "t1", NOW - 86_400, NOW, (met,))))
    forged = rolled(fact(spoken, verdicts=FORGED)).rollup
    assert (forged.totals.tls, forged.tls) == (TlsTotals(1), ())
    honest = rolled(fact(spoken)).rollup
    assert (honest.totals.tls.successful, honest.totals.tls.failed, len(honest.tls)) == (5, 7, 1)


def test_a_failing_signature_names_nobody() -> None:
    claimed = row(dkim="fail", spf="fail", signed_by="google.com", returned_to="google.com", raw="fail")
    line = lines(rolled(fact(said(claimed))))["192.0.2.1"]
    assert (line.sender_domain, line.evidence, line.dkim_domains) == ("unknown", "none", ())


def test_a_passing_foreign_signature_names_the_sender() -> None:
    sent = row(dkim="fail", spf="fail", signed_by="sendgrid.net", returned_to="bounces.sendgrid.net")
    line = lines(rolled(fact(said(sent))))["192.0.2.1"]
    assert (line.sender_domain, line.evidence) == ("sendgrid.com", "dkim")


def test_only_global_addresses_are_asked_about() -> None:
    result = rolled(
        fact(said(row("8.8.8.8"), row("192.168.0.1"), row("mail.example"), row("2001:4860:4860::8888")))
    )
    assert result.addresses == {"8.8.8.8", "2001:4860:4860::8888"}


def test_a_confirmed_host_name_is_shown_and_an_unconfirmed_one_marked() -> None:
    names = {
        "8.8.8.8": HostName("mx.mailhost.example", confirmed=True, checked=0),
        "8.8.4.4": HostName("mx.google.com", confirmed=False, checked=0),
    }
    plain = [row(ip, dkim="fail", spf="fail", raw="fail") for ip in names]
    found = lines(rolled(fact(said(*plain)), hosts=names))
    assert (found["8.8.8.8"].host, found["8.8.8.8"].sender_domain) == (
        "mx.mailhost.example",
        "mailhost.example",
    )
    assert (found["8.8.4.4"].host_confirmed, found["8.8.4.4"].sender_domain) == (False, "unknown")


@pytest.mark.statement("6.13")
def test_who_reports_failures_is_not_expected_to() -> None:
    """Only who sends aggregate reports is a reporter whose silence would be told of."""
    failed = said(row())
    reports = fact(failed)
    alone = replace(reports, summary=replace(reports.summary, kind=Kind.FAILURE, marks=MARKS), segment=b"")
    result = rolled(alone)
    assert result.rollup.totals.failure.reports == 1
    assert [line for share in result.rollup.detail.shares for line in share.reporters] == []


def test_an_empty_day_is_an_empty_rollup() -> None:
    result = rolled()
    assert (result.rollup.totals.shares, result.rollup.detail.shares, result.rollup.expires) == ((), (), 0)


ROWS = st.builds(
    row,
    ip=st.sampled_from(["8.8.8.8", "8.8.4.4", "192.0.2.9"]),
    count=st.integers(0, 50),
    dkim=st.sampled_from(["pass", "fail"]),
    spf=st.sampled_from(["pass", "fail"]),
    disposition=st.sampled_from(["none", "quarantine", "reject", "pass", ""]),
    signed_by=st.sampled_from(["orchard.example", "sendgrid.net", "mailer.example"]),
    selector=st.sampled_from(["s1", "s2"]),
    raw=st.sampled_from(["pass", "fail"]),
    overrides=st.sampled_from([(), ("forwarded",), ("other",)]),
)


@given(st.lists(st.lists(ROWS, max_size=4), max_size=4), st.randoms(use_true_random=False))
def test_a_rollup_is_a_function_of_the_facts_and_not_of_their_order(
    reports: list[list[Row]], chance: random.Random
) -> None:
    facts = [fact(said(*rows, report_id=str(n))) for n, rows in enumerate(reports)]
    shuffled = facts[:]
    chance.shuffle(shuffled)
    result = rolled(*facts)
    assert rolled(*shuffled) == result
    everything = [each for rows in reports for each in rows]
    assert result.rollup.totals.share().counters.messages == sum(each.count for each in everything)
    assert result.rollup.totals.share().counters.dmarc_pass == sum(
        each.count for each in everything if "pass" in (each.evaluated.dkim, each.evaluated.spf)
    )
    done = [line for share in result.rollup.detail.shares for line in share.reporters]
    by_reporters = [
        sum(getattr(line, name) for line in done) for name in ("accepted", "quarantined", "rejected")
    ]
    counters = result.rollup.totals.share().counters
    assert by_reporters == [counters.accepted, counters.quarantined, counters.rejected]
    sources = [line.counters for share in result.rollup.detail.shares for line in share.sources]
    assert sum(sources, Counters()) == result.rollup.totals.share().counters
    standings = result.rollup.totals.share().standings
    assert sum(standings.counts) == result.rollup.totals.share().counters.messages
    for share in result.rollup.detail.shares:
        keys = [(line.standing, line.sender_domain, line.ip) for line in share.sources]
        assert keys == sorted(set(keys))


def test_one_address_has_a_line_for_each_standing() -> None:
    passing = row(count=7)
    forged = row(count=2, dkim="fail", spf="fail", raw="fail")
    listed = row(count=1, dkim="fail", spf="fail", raw="fail", overrides=("mailing_list",))
    result = rolled(fact(said(passing, forged, listed)))
    (share,) = result.rollup.detail.shares
    assert sorted((line.standing, line.counters.messages) for line in share.sources) == [
        (Standing.CAPABLE, 7),
        (Standing.FORWARDER, 1),
        (Standing.THREAT, 2),
    ]
    assert result.rollup.totals.share().standings.counts == (7, 0, 1, 2)
