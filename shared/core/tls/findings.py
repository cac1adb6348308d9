"""What TLS reports tell its owner to do.

Pure: the rules of advice call ``tls_findings`` with the lines of a domain's last days, as
``Rollups.tls_days`` has them, and with the mode of the policy that it publishes. Nothing is found where
nothing was reported: a domain without reports has no findings, good or bad.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.tls.days import PolicyLine, added_up

ENOUGH_SESSIONS: Final = 100
"""Without a failure, before a policy in testing is said to be ready."""


class TlsCode(StrEnum):
    CERTIFICATE_EXPIRED = "tls_certificate_expired"
    CERTIFICATE_NAME = "tls_certificate_name"
    CERTIFICATE_UNTRUSTED = "tls_certificate_untrusted"
    NO_STARTTLS = "tls_no_starttls"
    POLICY_UNREACHABLE = "tls_policy_unreachable"
    POLICY_INVALID = "tls_policy_invalid"
    POLICY_CERTIFICATE = "tls_policy_certificate"
    DANE = "tls_dane"
    OTHER = "tls_other_failure"
    READY_TO_ENFORCE = "tls_ready_to_enforce"


_CODES: Final = {
    "certificate-expired": TlsCode.CERTIFICATE_EXPIRED,
    "certificate-host-mismatch": TlsCode.CERTIFICATE_NAME,
    "certificate-not-trusted": TlsCode.CERTIFICATE_UNTRUSTED,
    "starttls-not-supported": TlsCode.NO_STARTTLS,
    "sts-policy-fetch-error": TlsCode.POLICY_UNREACHABLE,
    "sts-policy-invalid": TlsCode.POLICY_INVALID,
    "sts-webpki-invalid": TlsCode.POLICY_CERTIFICATE,
    "tlsa-invalid": TlsCode.DANE,
    "dnssec-invalid": TlsCode.DANE,
    "dane-required": TlsCode.DANE,
}
"""Result types of RFC 8460 section 4.3; others are told by their own name."""


@dataclass(frozen=True, slots=True)
class TlsFinding:
    """``refused``: senders that enforce the policy do not deliver. ``about`` has result types."""

    code: TlsCode
    sessions: int
    refused: bool
    about: tuple[str, ...] = ()


def tls_findings(lines: Iterable[PolicyLine], mode: str) -> list[TlsFinding]:
    """Most sessions first. ``sessions`` are those that failed for the reason, or for READY_TO_ENFORCE those
    that did not fail. ``mode`` is that of the MTA-STS policy as it is published now, empty without one."""
    found = list(added_up(lines).values())
    failing = _failing(found)
    tested = [line for line in found if (line.policy.type, line.policy.mode) == ("sts", "testing")]
    successful, failed = (sum(each) for each in ([x.successful for x in tested], [x.failed for x in tested]))
    if mode == "testing" and successful >= ENOUGH_SESSIONS and failed == 0 and not failing:
        failing.append(TlsFinding(TlsCode.READY_TO_ENFORCE, successful, False))
    return sorted(failing, key=lambda each: (-each.sessions, each.code))


def _failing(lines: Iterable[PolicyLine]) -> list[TlsFinding]:
    sessions, refused = Counter[TlsCode](), set[TlsCode]()
    about: dict[TlsCode, set[str]] = {}
    for line in lines:
        enforced = line.policy.mode == "enforce" or line.policy.type == "tlsa"
        for cause in line.causes:
            code = _CODES.get(cause.result_type, TlsCode.OTHER)
            sessions[code] += cause.sessions
            about.setdefault(code, set()).add(cause.result_type)
            if enforced and cause.sessions:
                refused.add(code)
    return [
        TlsFinding(code, count, code in refused, tuple(sorted(about[code])))
        for code, count in sessions.items()
        if count
    ]
