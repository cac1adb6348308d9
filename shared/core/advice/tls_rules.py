"""Issues that TLS reports show: what senders met at the mail hosts and at the policy (RFC 8460 section 4.3).

What the DNS and the policy host say of themselves is looked at by ``transport_rules``: these rules tell what
others saw, who come from elsewhere and look at every mail host.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from shared.core.advice.sights import BLIND, CLEAR, Basis, Rule, Sight, one
from shared.core.advice.world import World
from shared.core.clock import utc_day
from shared.core.tls.days import PolicyLine
from shared.core.tls.findings import TlsCode, TlsFinding, tls_findings
from shared.core.watching.states import Part

WINDOW_DAYS: Final = 30
RECENT_DAYS: Final = 7
FEWEST: Final = 5
"""Failed sessions of the last days below which nothing is said: now and then one fails for reasons of the
network, or of the sender."""

SHARE: Final = 0.05
"""Part of all sessions that has to have failed for the same reason."""

_NOBODY_REPORTS: Final = Sight(moot=frozenset({""}))


def _lately(world: World) -> list[PolicyLine]:
    since = utc_day(world.now) - timedelta(days=RECENT_DAYS)
    return [line for day in world.tls if day.day >= since for line in day.lines]


def _failing(code: TlsCode) -> Callable[[World], Sight]:
    def look(world: World) -> Sight:
        lines = _lately(world)
        if not lines:
            return _unreported(world, code)
        sessions = sum(line.successful + line.failed for line in lines)
        found = _found(lines, "", code)
        if found is None or found.sessions < max(FEWEST, SHARE * sessions):
            return CLEAR
        return one(_text(found))

    return look


def _ready(world: World) -> Sight:
    policy = world.part(Part.MTA_STS_POLICY)
    if policy is None:
        return BLIND
    lines = _lately(world)
    if not lines:
        return _unreported(world, TlsCode.READY_TO_ENFORCE)
    said: Any = policy.inspection.get("policy") or {}
    found = _found(lines, str(said.get("mode") or ""), TlsCode.READY_TO_ENFORCE)
    if found is None:
        return CLEAR
    return one(f"{found.sessions:,} sessions of the last {RECENT_DAYS} days, and none failed.")


def _found(lines: Sequence[PolicyLine], mode: str, code: TlsCode) -> TlsFinding | None:
    return next((each for each in tls_findings(lines, mode) if each.code is code), None)


def _unreported(world: World, code: TlsCode) -> Sight:
    """Without reports nobody knows; without any for long, what was found before is no issue any more."""
    return _NOBODY_REPORTS if not world.tls and world.was_open(code) else BLIND


def _text(found: TlsFinding) -> str:
    lost = " Senders that apply your policy do not deliver there." if found.refused else ""
    types = ", ".join(found.about)
    return f"{found.sessions:,} sessions of the last {RECENT_DAYS} days failed: {types}.{lost}"


def _rule(code: TlsCode, problem: str, solution: str) -> Rule:
    return Rule(code.value, Basis.REPORTS, problem, solution, _failing(code))


RULES: Final = (
    _rule(
        TlsCode.CERTIFICATE_EXPIRED,
        "Senders meet an expired certificate at a mail host of {domain}.",
        "Renew it, and have every mail host load the new one.",
    ),
    _rule(
        TlsCode.CERTIFICATE_NAME,
        "Senders meet a certificate that is not that of the mail host of {domain} they connect to.",
        "Let the certificate of each mail host name the host as the MX record does.",
    ),
    _rule(
        TlsCode.CERTIFICATE_UNTRUSTED,
        "Senders do not trust a certificate of a mail host of {domain}.",
        "Take one of a public authority, and serve the whole chain with it.",
    ),
    _rule(
        TlsCode.NO_STARTTLS,
        "A mail host of {domain} offers no encryption to senders.",
        "Switch STARTTLS on at every mail host, and see that nothing in between takes it out.",
    ),
    _rule(
        TlsCode.POLICY_UNREACHABLE,
        "Senders cannot fetch the MTA-STS policy of {domain}.",
        "Serve it to everybody at mta-sts.{domain} under /.well-known/mta-sts.txt, without a redirect and "
        "without anything that keeps robots out.",
    ),
    _rule(
        TlsCode.POLICY_INVALID,
        "Senders cannot make use of the MTA-STS policy of {domain}.",
        "Look at it with the inspector, and mend what it says.",
    ),
    _rule(
        TlsCode.POLICY_CERTIFICATE,
        "Senders do not accept the certificate of mta-sts.{domain}.",
        "Renew it: it has to name mta-sts.{domain} and to come from a public authority.",
    ),
    _rule(
        TlsCode.DANE,
        "Senders that use DANE cannot verify the mail hosts of {domain}.",
        "See that the zone is signed, and that its TLSA records match the certificates in use: new records "
        "go out before new certificates.",
    ),
    _rule(
        TlsCode.OTHER,
        "Senders fail to set up TLS with the mail hosts of {domain}.",
        "The list of TLS failures names senders and hosts.",
    ),
    Rule(
        TlsCode.READY_TO_ENFORCE.value,
        Basis.REPORTS,
        "The MTA-STS policy of {domain} is in testing, and no sender fails.",
        "Go to mode enforce, with a new id in the record.",
        _ready,
    ),
)
