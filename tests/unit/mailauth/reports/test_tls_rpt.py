from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.tls_rpt import read_tls
from shared.mailauth.reports.values import TlsReport


def meter() -> Meter:
    return Meter(Limits(), lambda: 0.0)


def document(**changes: Any) -> dict[str, Any]:
    report: dict[str, Any] = {
        "organization-name": "Mailer Inc.",
        "date-range": {"start-datetime": "2026-03-01T00:00:00Z", "end-datetime": "2026-03-01T23:59:59Z"},
        "contact-info": "smtp-tls@mailer.example",
        "report-id": "5065427c-23d3",
        "policies": [
            {
                "policy": {
                    "policy-type": "sts",
                    "policy-string": ["version: STSv1", "mode: testing", "mx: *.mx.example.org"],
                    "policy-domain": "Example.ORG.",
                    "mx-host": ["*.mx.example.org"],
                },
                "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
                "failure-details": [
                    {
                        "result-type": "certificate-expired",
                        "sending-mta-ip": "2001:DB8:0::1",
                        "receiving-mx-hostname": "mx1.mx.example.org",
                        "receiving-ip": "203.0.113.58",
                        "failed-session-count": 100,
                        "failure-reason-code": "X509_V_ERR",
                    }
                ],
            }
        ],
    }
    report.update(changes)
    return {key: value for key, value in report.items() if value is not ...}


def read(**changes: Any) -> TlsReport:
    return read_tls(json.dumps(document(**changes)).encode(), meter())


def codes(report: TlsReport) -> set[str]:
    return {deviation.code for deviation in report.deviations}


def refusal(data: bytes) -> Reason:
    with pytest.raises(Unreadable) as caught:
        read_tls(data, meter())
    return caught.value.reason


@pytest.mark.statement("7.3", "7.4", "7.5")
def test_a_report_says_who_when_and_what() -> None:
    report = read()
    assert (report.organization, report.report_id) == ("Mailer Inc.", "5065427c-23d3")
    assert (report.begin, report.end) == (1772323200, 1772409599)
    (policy,) = report.policies
    assert policy.policy_domain == "example.org"
    assert policy.mx_hosts == ("*.mx.example.org",)
    assert (policy.successful_sessions, policy.failed_sessions) == (5326, 303)
    (failure,) = policy.failures
    assert failure.sending_mta_ip == "2001:db8::1"
    assert failure.failed_session_count == 100
    assert failure.additional_information is None
    assert codes(report) == {"trailing_dot"}


@pytest.mark.statement("7.3", "7.12")
def test_times_may_have_an_offset() -> None:
    dates = {"start-datetime": "2026-03-01T01:00:00+01:00", "end-datetime": "2026-03-01t23:59:59.999z"}
    report = read(**{"date-range": dates})
    assert (report.begin, report.end) == (1772323200, 1772409599)


def changed_policy(**changes: Any) -> list[dict[str, Any]]:
    item: dict[str, Any] = document()["policies"][0]
    for part, fields in changes.items():
        item[part].update(fields)
    return [item]


@pytest.mark.statement("7.4")
@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ({"mx-host": "mx.example.org"}, ("mx.example.org",)),
        ({"mx-host": ["a.example.org", "b.example.org"]}, ("a.example.org", "b.example.org")),
        ({"mx-host": None}, ()),
    ],
)
def test_mx_host_is_a_text_or_a_list(hosts: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert read(policies=changed_policy(policy=hosts)).policies[0].mx_hosts == expected


@pytest.mark.statement("7.4")
def test_mx_host_pattern_stands_for_mx_host() -> None:
    policies = changed_policy(policy={"mx-host-pattern": "*.example.org"})
    del policies[0]["policy"]["mx-host"]
    assert read(policies=policies).policies[0].mx_hosts == ("*.example.org",)


@pytest.mark.statement("7.14")
@pytest.mark.parametrize(
    ("written", "expected", "code"),
    [
        ("42", 42, "number_as_text"),
        (None, 0, "no_count"),
        (-3, 0, "no_count"),
        (7.0, 7, "odd_count"),
        (True, 0, "no_count"),
        ("many", 0, "no_count"),
        ([1], 0, "no_count"),
    ],
)
def test_counts_are_never_negative_and_never_fatal(written: Any, expected: int, code: str) -> None:
    report = read(policies=changed_policy(summary={"total-successful-session-count": written}))
    assert report.policies[0].successful_sessions == expected
    assert code in codes(report)


@pytest.mark.statement("7.14")
def test_policies_as_an_object() -> None:
    report = read(policies=document()["policies"][0])
    assert len(report.policies) == 1
    assert "object_for_list" in codes(report)


@pytest.mark.statement("7.3", "7.14")
@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("contact-info", "no_contact_info"),
        ("organization-name", "no_organization_name"),
        ("report-id", "no_report_id"),
        ("policies", "no_policies"),
    ],
)
@pytest.mark.parametrize("value", [..., None, ""])
def test_missing_fields_are_noted(field: str, code: str, value: Any) -> None:
    report = read(**{field: value if field != "policies" or value is not ... else []})
    assert code in codes(report)


def test_a_missing_organization_is_the_contacts_domain() -> None:
    assert read(**{"organization-name": ...}).organization == "mailer.example"


def test_a_missing_policy_domain_is_noted() -> None:
    report = read(policies=changed_policy(policy={"policy-domain": None}))
    assert report.policies[0].policy_domain == ""
    assert "no_policy_domain" in codes(report)


@pytest.mark.statement("7.5")
def test_an_entry_of_the_details_has_all_its_fields() -> None:
    told = {
        "result-type": "validation-failure",
        "sending-mta-ip": "192.0.2.1",
        "receiving-mx-hostname": "mx1.example.org",
        "receiving-mx-helo": "helo.example.org",
        "receiving-ip": "192.0.2.2",
        "failed-session-count": 4,
        "failure-reason-code": "X509_V_ERR",
    }
    for name in ("additional-information", "additional-info-uri"):
        (policy,) = read(policies=[_with_details({**told, name: "https://more.example/"})]).policies
        (failure,) = policy.failures
        assert failure.result_type == "validation-failure"
        assert (failure.sending_mta_ip, failure.receiving_ip) == ("192.0.2.1", "192.0.2.2")
        assert failure.receiving_mx_hostname == "mx1.example.org"
        assert (failure.failed_session_count, failure.failure_reason_code) == (4, "X509_V_ERR")
        assert failure.additional_information == "https://more.example/"


@pytest.mark.statement("7.6", "7.14")
def test_unknown_types_and_keys_are_taken_as_they_are() -> None:
    (policy,) = changed_policy(policy={"policy-type": "quantum"})
    policy["failure-details"] = [{"result-type": "qubit-lost", "failed-session-count": "3", "colour": "blue"}]
    report = read(policies=[policy], **{"x-key": {"a": [1]}})
    assert report.policies[0].policy_type == "quantum"
    (failure,) = report.policies[0].failures
    assert (failure.result_type, failure.failed_session_count) == ("qubit-lost", 3)


def _with_details(*details: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = document()["policies"][0]
    return {**item, "failure-details": list(details)}


def test_without_a_period_it_is_refused() -> None:
    assert refusal(json.dumps(document(**{"date-range": ...})).encode()) is Reason.NO_PERIOD


def test_the_first_of_repeated_names_counts() -> None:
    text = json.dumps(document()).replace('"report-id"', '"report-id": "first", "report-id"')
    report = read_tls(text.encode(), meter())
    assert report.report_id == "first"
    assert "repeated_key" in codes(report)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 5000])
def test_numbers_beyond_json_or_reason_count_nothing(number: str) -> None:
    text = json.dumps(document()).replace("5326", number)
    report = read_tls(text.encode(), meter())
    assert report.policies[0].successful_sessions == 0
    assert "no_count" in codes(report)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_encodings(encoding: str) -> None:
    text = json.dumps(document(**{"organization-name": "Köln Mail"}), ensure_ascii=False)
    report = read_tls(text.encode(encoding), meter())
    assert report.organization == "Köln Mail"
    assert "encoding" in codes(report)


def test_invalid_utf8_is_read_as_windows_1252() -> None:
    text = json.dumps(document(**{"organization-name": "Köln"}), ensure_ascii=False)
    report = read_tls(text.encode("cp1252"), meter())
    assert report.organization == "Köln"
    assert "invalid_utf8" in codes(report)


def test_lone_surrogates_become_question_marks() -> None:
    assert read(**{"organization-name": "a\ud800b"}).organization == "a?b"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \n", Reason.EMPTY),
        (b"{", Reason.MALFORMED_JSON),
        (b"hello", Reason.MALFORMED_JSON),
        (b"{}", Reason.NOT_A_REPORT),
        (b"[]", Reason.NOT_A_REPORT),
        (b"17", Reason.NOT_A_REPORT),
        (b'{"report-id": "x", "name": "y"}', Reason.NOT_A_REPORT),
        (b"[" * 100_000, Reason.NESTED_TOO_DEEP),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, Reason.NESTED_TOO_DEEP),
        (b"[" + b"1," * 2_000_000 + b"1]", Reason.TOO_LARGE),
        (b" " * (11 * 2**20) + b"{}", Reason.TOO_LARGE),
        (b'{"a": "' + b'\\"' * 1_000_000, Reason.MALFORMED_JSON),
        (b'{"a": "' + b"[" * 1_000_000 + b'"}', Reason.NOT_A_REPORT),
    ],
)
def test_refusals(data: bytes, reason: Reason) -> None:
    assert refusal(data) is reason


def test_long_texts_are_refused() -> None:
    data = json.dumps(document(**{"organization-name": "x" * 70_000})).encode()
    assert refusal(data) is Reason.TOO_LARGE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    field=st.sampled_from(["organization-name", "date-range", "contact-info", "report-id", "policies"]),
    value=json_values,
)
def test_no_value_of_a_field_crashes(field: str, value: Any) -> None:
    reason = None
    try:
        read(**{field: value})
    except Unreadable as refused:
        reason = refused.reason
    assert reason is None or (field == "date-range" and reason is Reason.NO_PERIOD)


@given(
    part=st.sampled_from(["policy", "summary"]),
    field=st.sampled_from(
        ["policy-type", "policy-string", "policy-domain", "mx-host", "total-failure-session-count"]
    ),
    value=json_values,
)
def test_no_value_inside_a_policy_crashes(part: str, field: str, value: Any) -> None:
    assert len(read(policies=changed_policy(**{part: {field: value}})).policies) == 1
