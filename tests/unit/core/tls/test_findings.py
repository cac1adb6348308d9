from __future__ import annotations

import pytest

from shared.core.tls.days import Cause, Policy, PolicyLine
from shared.core.tls.findings import ENOUGH_SESSIONS, TlsCode, TlsFinding, tls_findings


def line(
    *causes: tuple[str, int], mode: str = "enforce", kind: str = "sts", successful: int = 10
) -> PolicyLine:
    failed = sum(count for _, count in causes)
    policy = Policy("orchard.example", kind, mode)
    return PolicyLine(policy, successful, failed, 1, tuple(Cause(name, count, 1) for name, count in causes))


@pytest.mark.statement("7.6")
@pytest.mark.parametrize(
    ("result", "code"),
    [
        ("certificate-expired", TlsCode.CERTIFICATE_EXPIRED),
        ("certificate-host-mismatch", TlsCode.CERTIFICATE_NAME),
        ("certificate-not-trusted", TlsCode.CERTIFICATE_UNTRUSTED),
        ("starttls-not-supported", TlsCode.NO_STARTTLS),
        ("sts-policy-fetch-error", TlsCode.POLICY_UNREACHABLE),
        ("sts-policy-invalid", TlsCode.POLICY_INVALID),
        ("sts-webpki-invalid", TlsCode.POLICY_CERTIFICATE),
        ("tlsa-invalid", TlsCode.DANE),
        ("dnssec-invalid", TlsCode.DANE),
        ("dane-required", TlsCode.DANE),
        ("validation-failure", TlsCode.OTHER),
        ("of-next-year", TlsCode.OTHER),
    ],
)
def test_each_result_type_is_a_finding(result: str, code: TlsCode) -> None:
    assert tls_findings([line((result, 3))], "enforce") == [TlsFinding(code, 3, True, (result,))]
    testing = tls_findings([line((result, 3), mode="testing")], "testing")
    assert testing == [TlsFinding(code, 3, False, (result,))]


def test_lines_are_added_up_and_the_worst_is_first() -> None:
    said = [line(("certificate-expired", 1)), line(("certificate-expired", 2), ("dane-required", 9))]
    assert [(each.code, each.sessions) for each in tls_findings(said, "enforce")] == [
        (TlsCode.DANE, 9),
        (TlsCode.CERTIFICATE_EXPIRED, 3),
    ]


@pytest.mark.parametrize(
    ("said", "mode", "ready"),
    [
        ([line(mode="testing", successful=ENOUGH_SESSIONS)], "testing", True),
        ([line(mode="testing", successful=ENOUGH_SESSIONS - 1)], "testing", False),
        ([line(mode="testing", successful=ENOUGH_SESSIONS)], "enforce", False),
        ([line(("x", 1), mode="testing", successful=ENOUGH_SESSIONS)], "testing", False),
        ([line(kind="no-policy-found", mode="none", successful=500)], "testing", False),
    ],
)
def test_a_policy_in_testing_is_ready_once_enough_came_without_a_failure(
    said: list[PolicyLine], mode: str, ready: bool
) -> None:
    codes = [each.code for each in tls_findings(said, mode)]
    assert (TlsCode.READY_TO_ENFORCE in codes) == ready
