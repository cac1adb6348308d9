"""Issues of MTA-STS, TLS reporting, BIMI and parked domains, and of what is hosted (standards 12, 13.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from shared.core.advice.sights import (
    BLIND,
    CLEAR,
    Basis,
    Found,
    Rule,
    Sight,
    findings,
    one,
    says,
    sees,
    several,
    sight_if,
)
from shared.core.advice.world import World
from shared.core.clock import DAY_SECONDS
from shared.core.hosting.notes import notes_on
from shared.core.watching.states import Known, Part
from shared.mailauth.evaluate.inspection import State

STS_TESTING_DAYS: Final = 30
UNREACHABLE_SECONDS: Final = DAY_SECONDS
"""How long a policy host may be silent: a server is down for an hour now and then."""

CERTIFICATE_DAYS: Final = 10
"""Days before its end at which a certificate should have been renewed."""

_UNUSABLE: Final = frozenset(
    {
        *("https_no_address", "https_refused", "https_bad_certificate", "https_too_large"),
        *("https_redirect", "https_status", "mta_sts_record_without_policy", "mta_sts_policy_is_web_page"),
        *("policy_bad_mode", "policy_bad_mx", "policy_no_mx", "policy_bad_max_age", "mta_sts_syntax"),
    }
)
_BROKEN_CNAME: Final = frozenset(
    {"hosted_cname_gone", "hosted_cname_elsewhere", "hosted_cname_flattened", "hosted_name_has_records"}
)
_BROKEN_HOST: Final = frozenset(
    {
        *("caa_forbids_certificate", "policy_host_taken", "policy_certificate_failed"),
        *("policy_host_refused", "policy_unreachable"),
    }
)


def _receives(world: World) -> bool | None:
    """Whether the domain receives mail; None where nobody knows."""
    mx = world.part(Part.MX)
    if mx is None:
        return None
    named = bool(mx.inspection.get("hosts")) and not mx.inspection.get("null_mx")
    return named or bool(mx.inspection.get("implicit"))


def _no_mta_sts(world: World) -> Sight:
    record, receives = world.part(Part.MTA_STS), _receives(world)
    if record is None or receives is None:
        return BLIND
    return sight_if(receives and record.state is State.MISSING)


def _mode(policy: Known) -> str:
    said: Any = policy.inspection.get("policy") or {}
    return str(said.get("mode") or "")


def _sts_testing_for_long(world: World) -> Sight:
    policy = world.part(Part.MTA_STS_POLICY)
    if policy is None:
        return BLIND
    days = max(int((world.now - policy.since) // DAY_SECONDS), 0)
    return sight_if(
        _mode(policy) == "testing" and days >= STS_TESTING_DAYS, f"mode: testing for {days} days."
    )


def _policy_unusable(world: World) -> Sight:
    """A policy that cannot be used is told at once; a host that gives no answer only after a day."""
    policy = world.dns.parts.get(Part.MTA_STS_POLICY) if world.dns is not None else None
    record = world.part(Part.MTA_STS)
    if policy is None or record is None:
        return BLIND
    if record.state is State.MISSING:
        return CLEAR
    if policy.failing is not None:
        silent = world.now - policy.failing >= UNREACHABLE_SECONDS
        return one(policy.trouble) if silent and "DNS" not in policy.trouble else BLIND
    certain = world.part(Part.MTA_STS_POLICY)
    if certain is None:
        return BLIND
    found = findings(certain, _UNUSABLE)
    return sight_if(bool(found), says(found))


def _certificate_ends(world: World) -> Sight:
    policy = world.part(Part.MTA_STS_POLICY)
    if policy is None:
        return BLIND
    ends = policy.inspection.get("certificate_ends")
    if not ends:
        return CLEAR
    left = datetime.fromisoformat(str(ends)).timestamp() - world.now
    return sight_if(left < CERTIFICATE_DAYS * DAY_SECONDS, f"It ends at {ends}.")


def _no_tls_reports(world: World) -> Sight:
    record, reports = world.part(Part.MTA_STS), world.part(Part.TLS_RPT)
    if record is None or reports is None:
        return BLIND
    return sight_if(bool(record.records) and reports.state is State.MISSING)


def _half_parked(world: World) -> Sight:
    wanted = (Part.DMARC, Part.SPF, Part.DKIM, Part.MX)
    if world.dns is None or any(world.part(part) is None for part in wanted):
        return BLIND
    if not world.domain.parked:
        return CLEAR
    found = [each for each in world.dns.findings if each["code"] == "domain_parked_incomplete"]
    return sight_if(bool(found), says(found))


def _hosted(codes: frozenset[str]) -> Callable[[World], Sight]:
    def look(world: World) -> Sight:
        if world.hosting is None:
            return CLEAR
        noted = (note for note in notes_on(world.hosting) if note.code in codes)
        return several(Found(note.subject, f"{note.message} {note.advice}") for note in noted)

    return look


RULES: Final = (
    Rule(
        "mta_sts_missing",
        Basis.DNS,
        "{domain} receives mail and has no MTA-STS policy.",
        "Publish one in mode testing, or have it hosted: without it, whoever sits in between can take the "
        "encryption off.",
        _no_mta_sts,
    ),
    Rule(
        "mta_sts_testing_long",
        Basis.DNS,
        "The MTA-STS policy of {domain} has been in testing for a long time.",
        "See the TLS reports for failures; when there are none, go to enforce.",
        _sts_testing_for_long,
    ),
    Rule(
        "mta_sts_mx_not_covered",
        Basis.DNS,
        "The mail host {subject} is not in the MTA-STS policy of {domain}.",
        "Add it to the policy before senders that apply it stop to deliver there.",
        sees(
            Part.MTA_STS_POLICY,
            ("mta_sts_mx_not_covered", "mta_sts_mx_not_covered_in_testing"),
            by_subject=True,
        ),
    ),
    Rule(
        "mta_sts_policy_unusable",
        Basis.DNS,
        "Senders cannot get the MTA-STS policy of {domain}.",
        "Serve it at mta-sts.{domain} under /.well-known/mta-sts.txt with a good certificate, or have it "
        "hosted.",
        _policy_unusable,
    ),
    Rule(
        "mta_sts_certificate_ends",
        Basis.DNS,
        "The certificate of mta-sts.{domain} ends soon.",
        "Renew it: with an expired one senders cannot refresh the policy.",
        _certificate_ends,
    ),
    Rule(
        "tls_rpt_missing",
        Basis.DNS,
        "{domain} has MTA-STS, but asks for no TLS reports.",
        "Publish a TLS-RPT record, so that you hear of senders that fail to deliver.",
        _no_tls_reports,
    ),
    Rule(
        "bimi_certificate_ends",
        Basis.DNS,
        "The mark certificate of {domain} has ended or ends soon.",
        "Renew it with its issuer: the image is shown no longer without it.",
        sees(
            Part.BIMI,
            ("certificate_expired", "certificate_expires_soon"),
            open_codes=("https_unreachable",),
        ),
    ),
    Rule(
        "parked_in_part",
        Basis.DNS,
        "{domain} is parked, but its DNS does not say so in every way.",
        "Publish the records for parked domains: SPF with -all alone, DMARC with reject, a null MX.",
        _half_parked,
    ),
    Rule(
        "hosted_cname_broken",
        Basis.HOSTING,
        "{subject} does not lead to what is hosted for it.",
        "Put the CNAME back as the hosting page shows it, or switch the hosted service off.",
        _hosted(_BROKEN_CNAME),
    ),
    Rule(
        "hosted_policy_broken",
        Basis.HOSTING,
        "The hosted policy at {subject} is not served as it should be.",
        "See the details for what is in the way; we try again by ourselves.",
        _hosted(_BROKEN_HOST),
    ),
)
