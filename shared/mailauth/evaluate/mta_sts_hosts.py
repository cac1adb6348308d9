"""Whether an MTA-STS policy covers the hosts that a domain's mail is delivered to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.mailauth.evaluate import mta_sts_flaws as flaws
from shared.mailauth.evaluate.questions import Answer
from shared.mailauth.findings import Finding
from shared.mailauth.records.mta_sts_policy import Mode, MtaStsPolicy, matches

MOST_HOSTS: Final = 50
"""MX records that are looked at."""
NOT_TESTED: Final = "not_tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredHost:
    """``covered`` is None under mode none, which asks nothing of hosts. ``tls`` is always ``not_tested``:
    a test takes connections to port 25, which few places that this runs in allow."""

    name: str
    covered: bool | None
    tls: str = NOT_TESTED


def covered_hosts(domain: str, mx: Answer, policy: MtaStsPolicy) -> tuple[CoveredHost, ...]:
    """In the order of preference. A domain without MX is its own mail host; a null MX is none."""
    applies = policy.mode is not Mode.NONE
    return tuple(
        CoveredHost(name=name, covered=policy.covers(name) if applies else None)
        for name in _mail_hosts(domain, mx)
    )


def _mail_hosts(domain: str, mx: Answer) -> list[str]:
    if not mx.found:
        return [] if mx.failed else [domain]
    listed = []
    for record in mx.records[:MOST_HOSTS]:
        preference, _, name = record.strip().partition(" ")
        place = int(preference[:9]) if preference.isascii() and preference.isdigit() else 0
        listed.append((place, name.strip().rstrip(".").lower()))
    return list(dict.fromkeys(name for _, name in sorted(listed) if name))


def host_findings(
    domain: str, mx: Answer, hosts: tuple[CoveredHost, ...], policy: MtaStsPolicy
) -> list[Finding]:
    if mx.failed:
        return [flaws.DNS_ERROR.found(domain, None, reason=mx.reason or "no answer")]
    if policy.mode is Mode.NONE:
        return []
    flaw = flaws.NOT_COVERED_ENFORCE if policy.mode is Mode.ENFORCE else flaws.NOT_COVERED_TESTING
    found = [flaw.found(host.name) for host in hosts if not host.covered]
    found += [
        flaws.UNUSED.found(pattern)
        for pattern in policy.mx
        if not any(matches(pattern, host.name) for host in hosts)
    ]
    if hosts:
        found.append(flaws.TLS_NOT_TESTED.found(domain))
    return found
