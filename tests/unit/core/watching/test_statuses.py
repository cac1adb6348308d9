from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.domains import DmarcPolicy, DnsStatus, DnsSummary, Presence
from shared.core.watching import statuses
from shared.core.watching.looking import advance
from shared.core.watching.states import DnsState, Part
from shared.core.watching.statuses import (
    Configuration,
    PartStatus,
    Reporting,
    SpfStatus,
    TransportSecurity,
)
from shared.mailauth.evaluate.questions import Fetched, Fetching
from shared.mailauth.evaluate.whole import inspect_domain
from tests.fakes.dns import FAILED, FakeDns, drive
from tests.unit.core.watching.world import DMARC, NAME, SPF, Zone, dead, good_zone, seen
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

OURS = ("dom@reports.example", "acct@reports.example")
_DMARC = f"_dmarc.{NAME}", "TXT"
_SPF = NAME, "TXT"


def state(zone: Zone) -> DnsState:
    found = advance(None, seen(zone), account=ACCOUNT.id, domain=DOMAIN.id, now=NOW, last_checked=None)
    return found[0]


def with_dmarc(*records: str) -> DnsState:
    zone = {**good_zone(), ("other.example", "TXT"): ["v=spf1 -all"]}
    if records:
        zone[_DMARC] = list(records)
    else:
        del zone[_DMARC]
    return state(zone)


def with_spf(*records: str) -> DnsState:
    return state({**good_zone(), _SPF: list(records)})


def test_nothing_is_known_before_a_look() -> None:
    assert statuses.dns_status(None, OURS).status is DnsStatus.PENDING
    assert statuses.part_status(None, Part.SPF) is PartStatus.PENDING
    assert statuses.dmarc_status(None, OURS, reports=False) is Reporting.INACTIVE
    assert statuses.mta_sts_status(None) is TransportSecurity.INACTIVE
    assert statuses.spf_status(None) is None
    assert statuses.configuration(None) is None
    assert statuses.policy(None) == (DmarcPolicy.UNKNOWN, False)
    assert (statuses.spf_lookup_count(None), statuses.all_mechanism(None)) == (None, None)
    assert (statuses.exists(None), statuses.has_errors(None)) == (None, False)
    assert statuses.dmarc_valid(None, DMARC) is False


@pytest.mark.parametrize(
    ("found", "status", "says"),
    [
        (state(good_zone()), DnsStatus.VALID, "DNS verified"),
        (with_dmarc(), DnsStatus.MISSING, "no DMARC record"),
        (with_dmarc(DMARC, DMARC), DnsStatus.INVALID, "DMARC"),
        (with_spf("other"), DnsStatus.MISSING, "no SPF record"),
        (with_spf(SPF, SPF), DnsStatus.INVALID, "SPF"),
        (with_spf("v=spf1 nonsense -all"), DnsStatus.INVALID, "SPF"),
        (state(dead(good_zone())), DnsStatus.ERROR, "no answer to the DMARC record"),
        (state({**good_zone(), _SPF: FAILED}), DnsStatus.ERROR, "no answer to the SPF record"),
        (with_dmarc("v=DMARC1; p=none"), DnsStatus.VALID, "reports do not come here"),
    ],
)
def test_the_domain_is_as_good_as_its_dmarc_and_spf(found: DnsState, status: DnsStatus, says: str) -> None:
    verdict = statuses.dns_status(found, OURS)
    assert verdict.status is status
    assert says in verdict.message


@pytest.mark.parametrize(
    ("rua", "ours"),
    [
        ("mailto:dom@reports.example", True),
        ("mailto:DOM@Reports.Example!10m", True),
        ("mailto:other@reports.example, mailto:acct@reports.example", True),
        ("mailto:dom@reports.example.evil.example", False),
        ("mailto:other@reports.example", False),
        ("https://reports.example/dom@reports.example", False),
    ],
)
def test_reports_come_here_if_one_address_is_ours(rua: str, ours: bool) -> None:
    found = with_dmarc(f"v=DMARC1; p=none; rua={rua}")
    assert statuses.reports_to_us(found, OURS) is ours
    published = Reporting.PUBLISHED if ours else Reporting.INACTIVE
    assert statuses.dmarc_status(found, OURS, reports=False) is published
    assert statuses.dmarc_status(found, OURS, reports=True) is Reporting.ACTIVE


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (state(good_zone()), None),
        (with_dmarc(), Configuration.MISSING),
        (with_dmarc(DMARC, "v=DMARC1; p=none"), Configuration.SEVERAL),
        (with_dmarc("v=DMARC1; p=none"), Configuration.NO_ADDRESS),
        (with_dmarc("v=DMARC1; p=none; rua=mailto:a@other.example"), Configuration.UNAUTHORIZED),
        (state(dead(good_zone())), None),
    ],
)
def test_what_is_wrong_with_the_configuration(found: DnsState, wrong: Configuration | None) -> None:
    assert statuses.configuration(found) is wrong


def test_an_alias_is_wrong_only_where_it_leads_to_nothing() -> None:
    zone = {**good_zone(), (f"_dmarc.{NAME}", "CNAME"): ["d.hosted.example"]}
    del zone[_DMARC]
    assert statuses.configuration(state(zone)) is Configuration.DANGLING
    assert statuses.configuration(state({**zone, ("d.hosted.example", "TXT"): [DMARC]})) is None


@pytest.mark.parametrize(
    ("found", "policy"),
    [
        (state(good_zone()), (DmarcPolicy.REJECT, False)),
        (with_dmarc("v=DMARC1; p=none"), (DmarcPolicy.NONE, False)),
        (with_dmarc("v=DMARC1; p=quarantine; t=y"), (DmarcPolicy.NONE, False)),
        (with_dmarc(), (DmarcPolicy.MISSING, False)),
        (with_dmarc(DMARC, DMARC), (DmarcPolicy.INVALID, False)),
        (state(dead(good_zone())), (DmarcPolicy.UNKNOWN, False)),
    ],
)
def test_the_policy_is_what_applies(found: DnsState, policy: tuple[DmarcPolicy, bool]) -> None:
    assert statuses.policy(found) == policy


def test_the_policy_of_a_domain_above_is_inherited() -> None:
    name = f"shop.{NAME}"
    zone = {_DMARC: ["v=DMARC1; p=reject; sp=quarantine"], (name, "TXT"): [SPF]}
    inspection = drive(inspect_domain(name, now=NOW), FakeDns(zone))
    found = advance(None, inspection, account=ACCOUNT.id, domain=DOMAIN.id, now=NOW, last_checked=None)[0]
    assert statuses.policy(found) == (DmarcPolicy.QUARANTINE, True)


@pytest.mark.parametrize(
    ("found", "status", "all_mechanism"),
    [
        (with_spf(SPF), SpfStatus.VALID, "-all"),
        (with_spf("v=spf1 ~ALL"), SpfStatus.VALID, "~all"),
        (with_spf("v=spf1 redirect=nowhere.example"), SpfStatus.INVALID, None),
        (with_spf(), SpfStatus.NOT_FOUND, None),
        (state(dead(good_zone())), None, None),
    ],
)
def test_spf(found: DnsState, status: SpfStatus | None, all_mechanism: str | None) -> None:
    assert statuses.spf_status(found) is status
    assert statuses.all_mechanism(found) == all_mechanism


@pytest.mark.parametrize(
    ("wanted", "valid"),
    [
        (DMARC, True),
        (DMARC.replace("; ", ";\t") + ";", True),
        ("v=DMARC1; rua=mailto:dom@reports.example; p=reject", True),
        (DMARC.replace("reject", "none"), False),
        (f"{DMARC}; sp=none", False),
    ],
)
def test_what_is_published_is_what_is_wanted(wanted: str, valid: bool) -> None:
    assert statuses.dmarc_valid(state(good_zone()), wanted) is valid
    assert statuses.dmarc_valid(with_dmarc(DMARC, DMARC), wanted) is False


def test_mta_sts_is_active_with_a_policy_and_published_without() -> None:
    zone = {
        **good_zone(),
        (f"_mta-sts.{NAME}", "TXT"): ["v=STSv1; id=1"],
        (f"mta-sts.{NAME}", "A"): ["192.0.2.9"],
    }
    assert statuses.mta_sts_status(state(good_zone())) is TransportSecurity.INACTIVE
    assert statuses.mta_sts_status(state(zone)) is TransportSecurity.PUBLISHED
    policy = f"version: STSv1\r\nmode: enforce\r\nmx: mx.{NAME}\r\nmax_age: 604800\r\n".encode()
    url = f"https://mta-sts.{NAME}/.well-known/mta-sts.txt"
    answer = Fetched(Fetching.FETCHED, 200, "text/plain", policy)
    inspection = drive(inspect_domain(NAME, now=NOW), FakeDns(zone, {url: answer}))
    found = advance(None, inspection, account=ACCOUNT.id, domain=DOMAIN.id, now=NOW, last_checked=None)[0]
    assert statuses.mta_sts_status(found) is TransportSecurity.ACTIVE


@pytest.mark.statement("10.7")
def test_that_no_key_was_found_does_not_show_that_there_is_none() -> None:
    found = state({name: held for name, held in good_zone().items() if "_domainkey" not in name[0]})
    assert statuses.part_status(found, Part.DKIM) is PartStatus.UNKNOWN
    assert statuses.presence(found, Part.DKIM) is Presence.UNKNOWN


def test_records_are_shown_in_short_whatever_they_hold() -> None:
    zone = good_zone()
    zone[NAME, "MX"] = ["100 b.example", "20 c.example", "20 a.example"]
    zone[NAME, "SOA"] = ["ns.orchard.example host.orchard.example 1 2 3 4 5"]
    shown = statuses.summary(state(zone))
    assert shown.mx == "20 a.example, 20 c.example, 100 b.example"
    assert shown.soa == "ns.orchard.example host.orchard.example"
    zone[NAME, "MX"] = [f"10 {'x' * 200}.example"]
    zone[NAME, "SOA"] = ["n\xe4s\x1b.example host.example 1 2 3 4 5"]
    shown = statuses.summary(state(zone))
    assert (len(shown.mx), shown.mx[-4:]) == (100, "x...")
    assert shown.soa == "n?s?.example host.example"


def test_the_summary_says_it_in_short() -> None:
    assert statuses.summary(with_spf("v=spf1 a +all")) == replace(
        DnsSummary(),
        policy=DmarcPolicy.REJECT,
        spf_lookups=1,
        has_errors=True,
        exists=True,
        dmarc=Presence.PRESENT,
        spf=Presence.ERROR,
        mx=f"10 mx.{NAME}",
    )
    assert statuses.presence(with_dmarc(), Part.DMARC) is Presence.MISSING
    assert statuses.presence(state(dead(good_zone())), Part.DMARC) is Presence.UNKNOWN
