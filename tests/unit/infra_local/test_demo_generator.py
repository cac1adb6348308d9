"""The demo's generator: deterministic, consistent, and rich enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from infra.local import layout
from infra.local.demo.cast import CAST, DOMAINS, Conduct
from infra.local.demo.dialects import render
from infra.local.demo.expected import Sum, expected_of
from infra.local.demo.reporters import REPORTERS
from infra.local.demo.script import FORGED, write_script
from infra.local.demo.traffic import Parameters, aggregates
from infra.local.demo.truth import Aggregate
from infra.local.demo.zones import site_files, zone_files
from infra.local.dns_zones import parse_zone_file

LAST_DAY = date(2026, 11, 20)
SMALL = Parameters(LAST_DAY, days=7)
ADDRESSES = {watched.name: f"token-{number}@reports.example" for number, watched in enumerate(DOMAINS)}


def test_the_same_day_tells_the_same_in_every_window() -> None:
    today = {(r.domain, r.reporter.org, r.begin): r for r in aggregates(SMALL)}
    tomorrow = aggregates(replace(SMALL, last_day=LAST_DAY + timedelta(days=1)))
    shared = [r for r in tomorrow if r.begin < max(key[2] for key in today) - 86_400]
    assert shared
    assert all(today.get((r.domain, r.reporter.org, r.begin)) == r for r in shared if r.day > SMALL.first_day)


def test_sixty_days_show_the_whole_cast() -> None:
    reports = list(aggregates(Parameters(LAST_DAY)))
    assert {report.reporter for report in reports} == set(REPORTERS)
    assert {report.day for report in reports} == set(Parameters(LAST_DAY).window)
    senders = {line.sender for report in reports for line in report.lines}
    assert senders == {sender.key for watched in DOMAINS for sender in watched.senders}
    assert len({conduct for watched in DOMAINS for conduct in (s.conduct for s in watched.senders)}) == len(
        Conduct
    )
    assert 300 <= len(reports) <= 400


def test_density_and_padding_make_it_bigger() -> None:
    padded = list(aggregates(replace(SMALL, density=100, padding=1_000)))
    assert len(padded) > len(list(aggregates(SMALL)))
    assert all(len(report.lines) >= 1_000 for report in padded)
    assert len({line.ip for line in padded[0].lines[-1_000:]}) == 1_000


def test_no_report_comes_twice() -> None:
    reports = list(aggregates(Parameters(LAST_DAY)))
    assert len({(r.domain, r.reporter.org, r.report_id) for r in reports}) == len(reports)
    assert len({render(replace(r, report_id="")) for r in reports}) == len(reports)


def test_dmarc_passes_exactly_for_who_may_send() -> None:
    honest = {s.key for d in DOMAINS for s in d.senders if s.conduct in (Conduct.ALIGNED, Conduct.DKIM_ONLY)}
    crooked = {
        s.key for d in DOMAINS for s in d.senders if s.conduct in (Conduct.MISALIGNED, Conduct.SPOOFER)
    }
    for line in (line for report in aggregates(Parameters(LAST_DAY)) for line in report.lines):
        assert line.dmarc_pass or line.sender not in honest
        assert not line.dmarc_pass or line.sender not in crooked


@pytest.mark.parametrize("reporter", REPORTERS, ids=lambda reporter: reporter.org)
def test_a_dialect_says_every_number(reporter: object) -> None:
    report = next(r for r in aggregates(replace(SMALL, density=100)) if r.reporter == reporter)
    raw = render(report)
    text = raw.decode("utf-16" if report.reporter.dialect == "utf16" else "utf-8-sig")
    assert text.count("<record>") == len(report.lines)
    for line in report.lines:
        assert f"<source_ip>{line.ip}</source_ip>" in text
        assert f"<count>{line.count}</count>" in text
    assert report.report_id in text


def test_expected_sums_what_the_reports_say() -> None:
    reports = list(aggregates(SMALL))
    expected = expected_of(reports, "orchard.example", first=SMALL.first_day, last=LAST_DAY)
    own = [report for report in reports if report.domain == "orchard.example"]
    assert expected.total.messages == sum(report.messages for report in own)
    assert expected.total.dmarc_pass == sum(report.dmarc_pass for report in own)
    total = expected.total
    assert total.accepted + total.quarantined + total.rejected == total.messages
    assert sum(expected.reporters.values()) == len(own)
    by_source = [sum(getattr(each, name) for each in expected.sources.values()) for name in Sum.__slots__]
    assert by_source == [getattr(total, name) for name in Sum.__slots__]


def test_expected_leaves_out_other_days_and_domains() -> None:
    reports = list(aggregates(SMALL))
    one_day = expected_of(reports, "parcel.example", first=LAST_DAY, last=LAST_DAY)
    assert list(one_day.days) == [LAST_DAY]
    assert not expected_of(reports, "other.example", first=SMALL.first_day, last=LAST_DAY).reports


def test_the_script_is_the_same_every_time() -> None:
    assert write_script(SMALL, ADDRESSES, "reports.example") == write_script(
        SMALL, ADDRESSES, "reports.example"
    )


def test_the_script_names_what_must_be_quarantined() -> None:
    script = write_script(replace(SMALL, days=16), ADDRESSES, "reports.example")
    assert script.reasons["conflict"] == script.reasons["unknown_recipient"] == 1
    assert script.reasons["kind_disabled"] > 0
    assert sum(mail.verdicts == FORGED for mail in script.first) == 1
    stored = len(script.truths) + script.reasons["kind_disabled"]
    assert stored == len(script.first)
    assert all(isinstance(t, Aggregate) or t.domain for t in script.truths)


def test_zone_files_are_those_of_the_cast() -> None:
    shipped = {path.name: path.read_text() for path in layout.SHIPPED_ZONES.glob("*.zone")}
    assert {name: shipped.get(name) for name in zone_files()} == zone_files()


def test_site_files_are_those_of_the_cast() -> None:
    shipped = {
        file.relative_to(layout.SHIPPED_SITES).as_posix(): file.read_bytes()
        for file in layout.SHIPPED_SITES.rglob("*")
        if file.is_file()
    }
    assert shipped == site_files()


def test_every_zone_can_be_served() -> None:
    names = {str(name) for text in zone_files().values() for name in parse_zone_file(text).names}
    for host in (host for watched in CAST for sender in watched.senders for host in sender.hosts):
        assert f"{host.name}." in names
