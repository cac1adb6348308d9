"""Every rule in a world that has what it looks for, in one that has not, and in one where it cannot know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.advice import tls_rules
from shared.core.advice.journey import TASKS
from shared.core.advice.rules import ISSUES
from shared.core.advice.sights import Basis, Found, Sight
from shared.core.advice.traffic import Traffic
from shared.core.advice.world import World, stance_of
from shared.core.clock import DAY_SECONDS, rfc3339
from shared.core.hosting.commands import begin, with_dmarc, with_mta_sts
from shared.core.hosting.hosting import Host, Hosting, HostState
from shared.core.hosting.names import HostedZone, Service
from shared.core.hosting.policies import policy_of
from shared.core.hosting.sightings import CnameStatus, Pointing
from shared.core.senders.standing import Standing
from shared.core.tls.days import Cause, Policy, PolicyLine, TlsDay
from shared.core.tls.findings import ENOUGH_SESSIONS, TlsCode
from shared.core.watching.seen import Seen
from shared.core.watching.states import Part
from shared.mailauth.evaluate.questions import Answer, Fetched, Fetching, Outcome
from tests.fakes.dns import FAILED
from tests.fixtures.keys import rsa_key
from tests.unit.core.advice import worlds
from tests.unit.core.advice.worlds import (
    RECORD,
    TODAY,
    at,
    counters,
    every_day,
    failing,
    line,
    looked,
    mail,
    world,
    zone,
)
from tests.unit.core.world import DOMAIN, NOW

NAME = DOMAIN.name
POLICY_URL = f"https://mta-sts.{NAME}/.well-known/mta-sts.txt"
STS = {(f"_mta-sts.{NAME}", "TXT"): ["v=STSv1; id=1"]}
TLS = {(f"_smtp._tls.{NAME}", "TXT"): ["v=TLSRPTv1; rua=mailto:tls@orchard.example"]}


CODES = {
    "certificate-expired": TlsCode.CERTIFICATE_EXPIRED,
    "certificate-host-mismatch": TlsCode.CERTIFICATE_NAME,
    "certificate-not-trusted": TlsCode.CERTIFICATE_UNTRUSTED,
    "starttls-not-supported": TlsCode.NO_STARTTLS,
    "sts-policy-fetch-error": TlsCode.POLICY_UNREACHABLE,
    "sts-policy-invalid": TlsCode.POLICY_INVALID,
    "sts-webpki-invalid": TlsCode.POLICY_CERTIFICATE,
    "tlsa-invalid": TlsCode.DANE,
    "of-next-year": TlsCode.OTHER,
}


def key(tags: str = "", bits: int = 2048) -> dict[tuple[str, str], Any]:
    return {(f"s1._domainkey.{NAME}", "TXT"): [f"v=DKIM1; {tags}p={rsa_key(bits)}"]}


def tls_day(
    ago: int, *, failed: int = 0, cause: str = "", successful: int = 200, mode: str = "enforce"
) -> TlsDay:
    causes = (Cause(cause, failed, 1),) if failed else ()
    met = PolicyLine(Policy(NAME, "sts", mode), successful, failed, int(NOW), causes)
    return TlsDay(DOMAIN.id, TODAY - timedelta(days=ago), (met,))


def told(*days: TlsDay, **changes: Any) -> World:
    return world(tls=days, **changes)


def dkim(records: dict[tuple[str, str], Any]) -> World:
    return world(looked(zone(more=records), selectors=("s1",)))


def policy(mode: str = "enforce", mx: str = f"mx.{NAME}", *, ends: float | None = None) -> dict[str, Fetched]:
    text = f"version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 604800\n"
    fetched = Fetched(Fetching.FETCHED, status=200, content_type="text/plain", body=text.encode())
    return {POLICY_URL: replace(fetched, certificate_ends=None if ends is None else int(ends))}


def sts(web: dict[str, Fetched] | None = None, more: dict[tuple[str, str], Any] | None = None) -> World:
    published = zone(more={**STS, **TLS, **(more or {})})
    return world(looked(published, web=policy() if web is None else web))


def dmarc(record: str, **more: Any) -> World:
    return world(looked(zone(record, more=more.get("more", {}))))


def spf(*records: str, more: dict[tuple[str, str], Any] | None = None) -> World:
    return world(looked(zone(spf=list(records), more=more or {})))


def blind(which: World) -> World:
    """The same, while the DNS gives no answer."""
    assert which.dns is not None
    return replace(which, dns=failing(which.dns))


def unsettled(which: World) -> World:
    """The same, seen for the first time."""
    assert which.dns is not None
    parts = {part: replace(known, settled=("other",)) for part, known in which.dns.parts.items()}
    return replace(which, dns=replace(which.dns, parts=parts))


def aged(which: World, part: Part, days: int) -> World:
    assert which.dns is not None
    known = replace(which.dns.parts[part], since=int(NOW) - days * DAY_SECONDS)
    return replace(which, dns=replace(which.dns, parts={**which.dns.parts, part: known}))


def parked(which: World) -> World:
    return replace(which, domain=replace(which.domain, parked=True))


def hosted(pointing: Pointing | None = None, host: Host | None = None, status: str = "") -> World:
    labels = iter(f"l{number}" for number in range(9))
    begun = begin(DOMAIN, HostedZone("Z1", "h1.postseal.example"), 1_000, lambda: next(labels))
    made = with_dmarc(begun, f"{RECORD}; ruf=mailto:{worlds.ADDRESS}", own=worlds.ADDRESS, parked=False)
    sts_policy = policy_of("enforce", [f"mx.{NAME}"], 7 * 86_400)
    made = with_mta_sts(made, DOMAIN, sts_policy, own=worlds.ADDRESS, endpoint="d1.example", now=1_000)
    record = replace(made.record(Service.DMARC), cname=pointing or Pointing())
    full: Hosting = made.with_record(Service.DMARC, record)
    return world(
        hosting=replace(full, mta_sts=replace(full.mta_sts, host=host or Host(), file_status=status))
    )


ELSEWHERE = Pointing(CnameStatus.MISCONFIGURED, "x.example", "other_target", 60, 3_000, 2_500, 2_900)
OWN = line(NAME, counters(100))
NEW = line("mailer.example", counters(0, 20))


def quiet_until(ago: int, reporters: tuple[str, ...] = ("google.com",)) -> Traffic:
    return every_day(OWN, last=ago, reporters=reporters)


def one_silent(ago: int) -> Traffic:
    """One reporter until some days ago, another one to this day."""
    both, alone = quiet_until(ago, ("google.com", "yahoo.com")), every_day(OWN, reporters=("google.com",))
    return replace(alone, reporters={**alone.reporters, "yahoo.com": both.reporters["yahoo.com"]})


DOWN = {POLICY_URL: Fetched(Fetching.FAILED, reason="connection refused")}


def down(hours: int, trouble: str = "could not be fetched: refused") -> World:
    which = sts(DOWN)
    assert which.dns is not None
    known = replace(which.dns.parts[Part.MTA_STS_POLICY], failing=int(NOW) - hours * 3_600, trouble=trouble)
    return replace(which, dns=replace(which.dns, parts={**which.dns.parts, Part.MTA_STS_POLICY: known}))


BULK = every_day(line(NAME, counters(6_000)))
FINE = world(looked(zone()))
NO_SPF = world(looked(zone(spf=[])), BULK)
HALF_PARKED = parked(world(looked(zone(spf=["v=spf1 -all"], mx=["0 ."]))))
WHOLLY = "v=DMARC1; p=reject; sp=reject; np=reject; rua=mailto:dom@reports.example"


@dataclass(frozen=True)
class Case:
    """``subjects`` are those that are found in the world that ``has`` it."""

    has: World
    has_not: World
    unknown: World
    subjects: tuple[str, ...] = ("",)


def of_dns(has: World, has_not: World = FINE, *subjects: str) -> Case:
    return Case(has, has_not, blind(has), subjects or ("",))


CASES = {
    "dmarc_missing": of_dns(world(looked(zone(None)))),
    "dmarc_none_long": of_dns(world(looked(zone()), days=100), world(looked(zone()), days=80)),
    "dmarc_no_rua": of_dns(dmarc("v=DMARC1; p=none")),
    "dmarc_rua_not_authorized": of_dns(
        dmarc("v=DMARC1; p=none; rua=mailto:a@elsewhere.example"), FINE, "mailto:a@elsewhere.example"
    ),
    "dmarc_subdomains_weaker": of_dns(dmarc("v=DMARC1; p=reject; sp=none; rua=mailto:dom@reports.example")),
    "dmarc_np_absent": of_dns(dmarc("v=DMARC1; p=none; rua=mailto:dom@reports.example")),
    "dmarc_obsolete_tags": of_dns(dmarc(f"{RECORD}; pct=50; ri=3600")),
    "dmarc_testing_left_on": of_dns(
        world(looked(zone(f"{RECORD}; t=y")), days=31), world(looked(zone(f"{RECORD}; t=y")), days=29)
    ),
    "dmarc_multiple_records": of_dns(
        world(looked(zone(None, more={(f"_dmarc.{NAME}", "TXT"): [RECORD, "v=DMARC1; p=reject"]})))
    ),
    "dmarc_alias_dangling": of_dns(
        world(looked(zone(None, more={(f"_dmarc.{NAME}", "CNAME"): ["gone.hosts.example"]})))
    ),
    "dmarc_reject_unsigned": of_dns(
        dmarc(WHOLLY), world(looked(zone(WHOLLY, more=key()), selectors=("s1",)))
    ),
    "spf_too_many_lookups": of_dns(
        spf(
            "v=spf1 " + " ".join(f"include:i{n}.example" for n in range(11)) + " -all",
            more={(f"i{n}.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"] for n in range(11)},
        )
    ),
    "spf_too_many_void_lookups": of_dns(spf("v=spf1 a:v1.example a:v2.example a:v3.example -all")),
    "spf_passes_all": of_dns(spf("v=spf1 +all")),
    "spf_multiple_records": of_dns(spf("v=spf1 -all", "v=spf1 ~all")),
    "spf_ptr": of_dns(spf("v=spf1 ptr -all")),
    "spf_dangling_include": of_dns(spf("v=spf1 include:gone.example -all"), FINE, "gone.example"),
    "dkim_key_short": of_dns(dkim(key(bits=1024)), dkim(key()), "s1"),
    "dkim_sha1": of_dns(dkim(key("h=sha1; ")), dkim(key()), "s1"),
    "dkim_revoked_in_use": Case(
        replace(
            dkim({(f"s1._domainkey.{NAME}", "TXT"): ["v=DKIM1; p="]}),
            seen=Seen(TODAY, {"s1": TODAY - timedelta(days=3)}),
        ),
        replace(
            dkim({(f"s1._domainkey.{NAME}", "TXT"): ["v=DKIM1; p="]}),
            seen=Seen(TODAY, {"s1": TODAY - timedelta(days=30)}),
        ),
        blind(dkim(key())),
        ("s1",),
    ),
    "dkim_testing": of_dns(dkim(key("t=y; ")), dkim(key()), "s1"),
    "dkim_dangling_alias": of_dns(
        dkim({(f"s1._domainkey.{NAME}", "CNAME"): ["gone.hosts.example"]}), dkim(key()), "s1"
    ),
    "mta_sts_missing": of_dns(world(looked(zone())), world(looked(zone(mx=["0 ."])))),
    "mta_sts_testing_long": of_dns(
        aged(sts(policy("testing")), Part.MTA_STS_POLICY, 31), aged(sts(), Part.MTA_STS_POLICY, 31)
    ),
    "mta_sts_mx_not_covered": of_dns(sts(policy(mx="other.example")), sts(), f"mx.{NAME}"),
    "mta_sts_policy_unusable": Case(
        sts({POLICY_URL: Fetched(Fetching.FETCHED, status=404)}), sts(), down(hours=2)
    ),
    "mta_sts_certificate_ends": of_dns(
        sts(policy(ends=NOW + 5 * DAY_SECONDS)), sts(policy(ends=NOW + 50 * DAY_SECONDS))
    ),
    "tls_ready_to_enforce": Case(
        replace(sts(policy("testing")), tls=(tls_day(1, mode="testing"),)),
        replace(sts(policy("testing")), tls=(tls_day(1, failed=1, cause="x", mode="testing"),)),
        sts(policy("testing")),
    ),
    "tls_rpt_missing": of_dns(world(looked(zone(more=STS), web=policy())), sts()),
    "bimi_certificate_ends": of_dns(
        world(worlds.with_finding(looked(zone()), Part.BIMI, "certificate_expired"))
    ),
    "parked_in_part": of_dns(HALF_PARKED, parked(FINE)),
    "hosted_cname_broken": Case(hosted(ELSEWHERE), hosted(), hosted(), (f"_dmarc.{NAME}",)),
    "hosted_policy_broken": Case(
        hosted(host=Host(HostState.FAILED, reason="name_taken")),
        hosted(host=Host(HostState.ACTIVE), status="active"),
        hosted(),
        (f"mta-sts.{NAME}",),
    ),
    "source_new_unaligned": Case(
        world(seen_mail=mail({**{ago: [OWN] for ago in range(29, 4, -1)}, 3: [NEW], 2: [NEW]})),
        world(seen_mail=every_day(OWN, NEW)),
        world(seen_mail=quiet_until(9)),
        ("mailer.example",),
    ),
    "source_volume_jump": Case(
        world(seen_mail=mail({**{ago: [OWN] for ago in range(29, 1, -1)}, 1: [line(NAME, counters(900))]})),
        world(seen_mail=every_day(OWN)),
        world(seen_mail=quiet_until(5)),
        (NAME,),
    ),
    "reporter_silent": Case(
        world(seen_mail=one_silent(6)),
        world(seen_mail=one_silent(2)),
        world(seen_mail=quiet_until(6)),
        ("yahoo.com",),
    ),
    "reports_stopped": Case(world(seen_mail=quiet_until(7)), world(seen_mail=quiet_until(3)), world()),
    "parked_but_sends": Case(
        parked(world(seen_mail=every_day(OWN))),
        parked(world(seen_mail=every_day(line("x.example", counters(0, 9), Standing.THREAT)))),
        parked(world()),
    ),
    "bulk_requirements": Case(
        NO_SPF, world(looked(zone()), BULK), world(failing(looked(zone(spf=[]))), BULK)
    ),
}
CASES |= {
    code.value: Case(
        told(tls_day(1, failed=20, cause=cause)),
        told(tls_day(1)),
        told(tls_day(tls_rules.RECENT_DAYS + 1, failed=20, cause=cause)),
    )
    for cause, code in CODES.items()
}
"""What is hosted is told by its own looks, which keep what they last knew: nothing there is unknown."""

NEVER_UNKNOWN = {"hosted_cname_broken", "hosted_policy_broken"}
RULES = {rule.id: rule for rule in ISSUES}


def test_every_rule_is_tried() -> None:
    assert set(CASES) == set(RULES)
    assert len(RULES) == len(ISSUES)
    assert not set(RULES) & {rule.id for rule in TASKS}


@pytest.mark.statement("13.4")
@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_finds_what_is_there(rule: str) -> None:
    sight = RULES[rule].look(CASES[rule].has)
    assert tuple(found.subject for found in sight.found) == CASES[rule].subjects


@pytest.mark.statement("13.4")
@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_finds_nothing_where_there_is_nothing(rule: str) -> None:
    assert RULES[rule].look(CASES[rule].has_not) == Sight()


@pytest.mark.parametrize("rule", sorted(set(CASES) - NEVER_UNKNOWN))
def test_a_rule_that_cannot_see_says_so(rule: str) -> None:
    sight = RULES[rule].look(CASES[rule].unknown)
    assert (sight.found, sight.complete) == ((), False)


@pytest.mark.parametrize("rule", [rule.id for rule in ISSUES if rule.basis is Basis.DNS])
def test_a_rule_of_the_dns_says_nothing_before_anything_was_looked_at(rule: str) -> None:
    assert not RULES[rule].look(world()).complete


@pytest.mark.parametrize("rule", [rule.id for rule in ISSUES if rule.basis is Basis.DNS])
def test_a_rule_of_the_dns_believes_nothing_that_was_seen_once(rule: str) -> None:
    sight = RULES[rule].look(unsettled(CASES[rule].has))
    assert (sight.found, sight.complete) == ((), False)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_what_is_said_has_no_blanks_left(rule: str) -> None:
    told = RULES[rule]
    for text in (told.problem, told.solution):
        shown = told.told(text, NAME, "subject")
        assert shown.endswith(".")
        assert "{" not in shown


@pytest.mark.statement("7.6", "13.4")
@pytest.mark.parametrize(
    ("days", "there"),
    [
        ([tls_day(1, failed=tls_rules.FEWEST - 1, cause="certificate-expired", successful=0)], False),
        ([tls_day(1, failed=tls_rules.FEWEST, cause="certificate-expired", successful=0)], True),
        ([tls_day(1, failed=9, cause="certificate-expired", successful=191)], False),
        ([tls_day(1, failed=10, cause="certificate-expired", successful=190)], True),
        ([tls_day(1), tls_day(20, failed=500, cause="certificate-expired")], False),
    ],
)
def test_a_failure_now_and_then_is_no_issue(days: list[TlsDay], there: bool) -> None:
    assert RULES["tls_certificate_expired"].look(told(*days)).says("") is there


def test_what_enforcing_senders_do_not_deliver_is_said() -> None:
    rule = RULES["tls_certificate_expired"]
    for mode, lost in (("enforce", True), ("testing", False)):
        (found,) = rule.look(told(tls_day(1, failed=90, cause="certificate-expired", mode=mode))).found
        assert found.details.startswith("90 sessions of the last 7 days failed: certificate-expired.")
        assert ("do not deliver" in found.details) is lost


def test_an_issue_of_tls_goes_when_nobody_has_reported_for_a_month() -> None:
    """It stays as long as there were reports within that, and is solved by one without failures."""
    rule = RULES["tls_no_starttls"]
    opened = {"open": {"tls_no_starttls": frozenset({""})}}
    assert rule.look(told(tls_day(9), **opened)) == Sight(complete=False)
    assert rule.look(told(**opened)).moot == {""}
    assert rule.look(told(tls_day(2), **opened)) == Sight()


def test_a_policy_is_ready_when_enough_came_through() -> None:
    rule = RULES["tls_ready_to_enforce"]
    for sessions, ready in ((ENOUGH_SESSIONS, True), (ENOUGH_SESSIONS - 1, False)):
        seen = (tls_day(1, mode="testing", successful=sessions),)
        assert rule.look(replace(sts(policy("testing")), tls=seen)).says("") is ready
        assert rule.look(replace(sts(policy("enforce")), tls=seen)).says("") is False


@pytest.mark.parametrize("trouble", [FAILED, Answer(Outcome.FAILED, reason="SERVFAIL")])
def test_a_record_that_gets_no_answer_is_not_missing(trouble: Answer) -> None:
    unanswered = looked(zone(None, more={(f"_dmarc.{NAME}", "TXT"): trouble}))
    assert not RULES["dmarc_missing"].look(world(unanswered)).complete
    gone = looked(zone(None, more={(f"_dmarc.{NAME}", "TXT"): trouble}), previous=looked(zone()))
    for rule in ISSUES:
        sight = rule.look(world(gone))
        assert rule.id != "dmarc_missing" or sight == Sight(complete=False)


def test_an_include_without_answer_leaves_the_count_of_lookups_open() -> None:
    state = looked(
        zone(
            spf=["v=spf1 include:silent.example include:gone.example -all"],
            more={("silent.example", "TXT"): FAILED},
        )
    )
    sight = RULES["spf_too_many_lookups"].look(world(state))
    assert (sight.found, sight.complete) == ((), False)


def test_a_silent_policy_host_is_told_after_a_day_but_never_a_silent_dns() -> None:
    rule = RULES["mta_sts_policy_unusable"]
    assert rule.look(down(hours=25)).says("") is True
    assert rule.look(down(hours=25, trouble="could not be fetched: DNS: timeout")).says("") is None


@pytest.mark.statement("13.1", "13.2", "13.3")
def test_bulk_senders_are_told_what_mailbox_providers_ask_of_them() -> None:
    rule = RULES["bulk_requirements"]
    unsigned = line(NAME, counters(spf_only=6_000))
    bare = world(looked(zone(None, spf=[])), every_day(unsigned))
    (found,) = rule.look(bare).found
    assert found.details == "6,000 messages on the busiest day; lacking: DMARC, SPF, DKIM."
    assert rule.look(world(looked(zone()), every_day(unsigned))).found[0].details.endswith(": DKIM.")
    two = line(NAME, counters(2_500)), line("mailer.example", counters(2_500), Standing.NON_COMPLIANT)
    assert rule.look(world(looked(zone(spf=[])), every_day(*two))).found
    few = line(NAME, counters(4_999))
    assert rule.look(world(looked(zone(spf=[])), every_day(few))) == Sight()


@pytest.mark.statement("13.1")
def test_forged_mail_makes_no_bulk_sender_and_a_quiet_month_unmakes_none() -> None:
    rule = RULES["bulk_requirements"]
    forged = line("x.example", counters(0, 90_000), Standing.THREAT)
    assert rule.look(world(looked(zone(spf=[])), every_day(OWN, forged))) == Sight()
    known = replace(world(looked(zone(spf=[])), every_day(OWN)), open={"bulk_requirements": frozenset({""})})
    assert rule.look(known).found
    mended = replace(known, dns=looked(zone()))
    assert rule.look(mended) == Sight()


def test_a_source_stays_unaligned_for_as_long_as_it_fails() -> None:
    rule = RULES["source_new_unaligned"]
    opened = {"source_new_unaligned": frozenset({"mailer.example"})}
    failing_on = world(seen_mail=every_day(OWN, NEW), open=opened)
    assert rule.look(failing_on).says("mailer.example") is True
    put_right = world(seen_mail=every_day(OWN, line("mailer.example", counters(20))), open=opened)
    assert rule.look(put_right) == Sight()


def test_all_sources_of_a_domain_without_a_past_are_not_new() -> None:
    sight = RULES["source_new_unaligned"].look(world(seen_mail=mail({2: [OWN, NEW], 1: [OWN, NEW]})))
    assert (sight.found, sight.complete) == ((), False)


def test_a_reporter_that_is_silent_for_longer_than_the_window_stays_so() -> None:
    opened = {"reporter_silent": frozenset({"yahoo.com"})}
    sight = RULES["reporter_silent"].look(world(seen_mail=quiet_until(0), open=opened))
    assert sight == Sight((Found("yahoo.com", "No report in a month."),))


def test_reports_that_stopped_a_month_ago_are_still_stopped() -> None:
    opened = {"reports_stopped": frozenset({""})}
    assert RULES["reports_stopped"].look(world(open=opened)).says("") is True


def test_the_certificate_of_a_case_ends_when_it_says() -> None:
    sight = RULES["mta_sts_certificate_ends"].look(sts(policy(ends=NOW + 5 * DAY_SECONDS)))
    assert rfc3339(NOW + 5 * DAY_SECONDS) in sight.found[0].details


def test_a_policy_counts_from_when_it_was_first_seen() -> None:
    state = looked(zone())
    first = stance_of(state, None)
    assert first is not None
    assert (first.policy, first.testing, first.since) == ("none", False, int(NOW))
    later = looked(zone(f"{RECORD}; fo=1"), now=NOW + 900, previous=state)
    again = looked(zone(f"{RECORD}; fo=1"), now=NOW + 1_800, previous=later)
    assert stance_of(later, first) == first
    assert stance_of(again, first) == first
    assert stance_of(failing(again), at("reject")) == at("reject")
