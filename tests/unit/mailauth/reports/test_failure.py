import base64
import contextlib
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.reports.failure import read_failure
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.mail_headers import MailHeaders, mail_headers
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.values import Deviation, FailureReport
from tests.fixtures.packaging import failure_mail
from tests.fixtures.reports import ORIGINAL, feedback_report

NO_MAIL = mail_headers(b"")
MAIL = mail_headers(failure_mail())


def _read(
    feedback: bytes | None = None, original: bytes | None = ORIGINAL, mail: MailHeaders = MAIL
) -> FailureReport:
    return read_failure(feedback or feedback_report(), original=original, mail=mail, limits=Limits())


def _codes(report: FailureReport) -> set[tuple[str, str]]:
    return {(one.code, one.detail) for one in report.deviations}


@pytest.mark.statement("6.2", "6.8")
def test_a_complete_report() -> None:
    report = _read()
    assert report.deviations == ()
    assert report.auth_failure == ("dmarc",)
    assert report.reported_domain == "example.com"
    assert report.reporter == report.reporting_mta == "mx.reporter.example"
    assert report.arrival == 1700042400
    assert (report.source_ip, report.source_port, report.incidents) == ("192.0.2.99", 12345, 2)
    assert report.delivery_result == "reject"
    assert report.identity_alignment == ("dkim", "spf")
    assert report.original_mail_from == "jane@bounce.example"
    assert report.original_rcpt_to == ("john@reporter.example",)
    assert report.original_header("subject") == "Invoice € 100"
    assert report.original_header("FROM") == '"Jane Doe" <jane@example.com>'
    assert report.original_body == "Pay at http://evil.example/pay\r\n"
    assert report.report_id == "m1@reporter.example"
    assert (report.version, report.user_agent) == ("1", "Reporter/1.0")


@pytest.mark.statement("6.2")
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("abuse", "abuse"),
        ("Fraud", "fraud"),
        ("opt-out-list", "opt-out-list"),
        ("made-up", "made-up"),
        ("no type at all", "other"),
    ],
)
def test_complaints_keep_their_own_type(said: str, kept: str) -> None:
    without = ("Feedback-Type", "Auth-Failure", "Identity-Alignment")
    report = _read(feedback_report(without=without, extra=[("Feedback-Type", said)]))
    assert (report.feedback_type, report.auth_failure) == (kept, ())
    assert not {("missing_field", name) for name in ("auth-failure", "identity-alignment")} & _codes(report)
    assert (("feedback_type", said) in _codes(report)) == (kept == "other")


def test_a_complaint_that_names_no_domain_is_refused_by_name() -> None:
    with pytest.raises(Unreadable) as no:
        _read(b"Feedback-Type: abuse\r\n", original=b"Subject: x\r\n")
    assert no.value.reason is Reason.ABUSE_COMPLAINT


def test_links_of_the_message_are_listed_once_each() -> None:
    body = b"From: a@example.com\r\n\r\nGo to <https://evil.example/pay>. Or https://evil.example/pay, ftp://x.example"
    report = _read(feedback_report(extra=[("Reported-URI", "http://first.example/")]), original=body)
    assert report.urls == ("http://first.example/", "https://evil.example/pay", "ftp://x.example")


@pytest.mark.statement("6.2", "6.10")
def test_a_report_without_type_needs_an_auth_failure_field() -> None:
    report = _read(feedback_report(without=["Feedback-Type"]))
    assert ("feedback_type", "missing") in _codes(report)
    with pytest.raises(Unreadable) as no:
        _read(b"User-Agent: x\r\n")
    assert no.value.reason is Reason.NOT_A_REPORT


@pytest.mark.statement("6.3", "6.10")
@pytest.mark.parametrize(
    ("left_out", "field", "value"),
    [
        ("Reported-Domain", "reported_domain", "example.com"),
        ("Auth-Failure", "auth_failure", ("dmarc",)),
        ("Arrival-Date", "arrival", 1700096398),
    ],
)
def test_gaps_are_filled_and_said_to_be(left_out: str, field: str, value: object) -> None:
    report = _read(feedback_report(without=[left_out]))
    assert getattr(report, field) == value
    assert ("inferred", left_out.lower()) in _codes(report)


def test_the_source_is_taken_from_received_spf_of_the_original() -> None:
    original = b"Received-SPF: fail client-ip=2001:DB8::1; helo=x\r\n" + ORIGINAL
    report = _read(feedback_report(without=["Source-IP", "Authentication-Results"]), original)
    assert report.source_ip == "2001:db8::1"
    assert {("missing_field", "source-ip"), ("inferred", "source-ip")} <= _codes(report)


@pytest.mark.statement("6.3")
def test_authentication_results_of_the_original_stand_in() -> None:
    results = b"mx; dkim=fail header.d=signer.example; dmarc=fail header.from=example.com"
    report = _read(
        feedback_report(without=["Authentication-Results", "DKIM-Domain"]),
        b"Authentication-Results: " + results + b"\r\n" + ORIGINAL,
    )
    assert report.authentication_results == (results.decode(),)
    assert report.dkim_domain == "signer.example"


def test_the_from_domain_of_the_original_is_the_last_resort() -> None:
    feedback = feedback_report(without=["Reported-Domain", "Authentication-Results"])
    assert _read(feedback).reported_domain == "example.com"
    with pytest.raises(Unreadable) as no:
        _read(feedback, None)
    assert no.value.reason is Reason.NO_POLICY_DOMAIN


@pytest.mark.statement("6.10")
def test_a_missing_original() -> None:
    report = _read(original=None)
    assert (report.original_headers, report.original_body) == ((), None)
    assert report.deviations == (Deviation("no_original"),)


@pytest.mark.statement("6.6")
def test_missing_identity_alignment_differs_from_none() -> None:
    assert _read(feedback_report(without=["Identity-Alignment"])).identity_alignment is None
    said = feedback_report(without=["Identity-Alignment"], extra=[("Identity-Alignment", "none")])
    assert _read(said).identity_alignment == ()


@pytest.mark.statement("6.5", "6.8", "6.10")
def test_vendor_values_stay_as_they_are() -> None:
    feedback = feedback_report(
        without=["Delivery-Result", "Version", "Original-Mail-From"],
        extra=[("Delivery-Result", "smg-policy-action"), ("Version", "0.1"), ("Original-Mail-From", "<>")],
    )
    report = _read(feedback)
    assert (report.delivery_result, report.version, report.original_mail_from) == (
        "smg-policy-action",
        "0.1",
        "",
    )


def test_an_address_that_is_none_is_kept_and_noted() -> None:
    report = _read(feedback_report(without=["Source-IP"], extra=[("Source-IP", "unknown")]))
    assert report.source_ip == "unknown"
    assert ("bad_value", "source-ip") in _codes(report)


@pytest.mark.statement("6.7")
def test_dkim_and_spf_details() -> None:
    extra = [
        ("DKIM-Domain", "Example.COM"),
        ("DKIM-Identity", "@example.com"),
        ("DKIM-Selector", "s1"),
        ("SPF-DNS", 'txt : example.com : "v=spf1 -all"'),
        ("Reported-URI", "http://evil.example/"),
        ("Original-Envelope-Id", "id1"),
    ]
    report = _read(feedback_report(extra=extra))
    assert (report.dkim_domain, report.dkim_identity, report.dkim_selector) == (
        "example.com",
        "@example.com",
        "s1",
    )
    assert report.spf_dns == ('txt : example.com : "v=spf1 -all"',)
    assert report.reported_uri == ("http://evil.example/",)
    assert report.original_envelope_id == "id1"


@pytest.mark.statement("6.7", "6.12")
def test_the_canonicalized_message_is_not_kept() -> None:
    """It is the message once more, in base64, where nothing would hide what names somebody."""
    content = base64.b64encode(b"To: jane@example.com, Jane Doe").decode()
    plain, more = _read(), _read(feedback_report(extra=[("DKIM-Canonicalized-Body", content)]))
    assert repr(more).count(content) == 0
    assert replace(more, report_id="") == replace(plain, report_id="")


@pytest.mark.statement("6.8")
@pytest.mark.parametrize(("said", "counted"), [(None, 1), ("0", 1), ("7", 7), ("many", 1)])
def test_a_report_is_of_one_incident_unless_it_says_of_more(said: str | None, counted: int) -> None:
    extra = [] if said is None else [("Incidents", said)]
    assert _read(feedback_report(without=["Incidents"], extra=extra)).incidents == counted


@pytest.mark.statement("6.3")
@pytest.mark.parametrize("said", ["adsp", "bodyhash", "revoked", "signature", "spf", "dmarc", "made-up"])
def test_what_failed_is_kept_as_it_is_said(said: str) -> None:
    report = _read(feedback_report(without=["Auth-Failure"], extra=[("Auth-Failure", said.upper())]))
    assert (report.auth_failure, report.deviations) == ((said,), ())


@pytest.mark.statement("6.9", "6.6")
def test_a_report_in_the_shape_of_the_rfcs_sample() -> None:
    """DMARC failed and the signature alone is listed: of SPF that says nothing."""
    said = [
        ("Feedback-Type", "auth-failure"),
        ("User-Agent", "Reporter/1.0"),
        ("Version", "1"),
        ("Original-Mail-From", "<somebody@consumer.example>"),
        ("Original-Rcpt-To", "<other@reporter.example>"),
        ("Source-IP", "192.0.2.1"),
        ("Source-Port", "12345"),
        ("Reported-Domain", "consumer.example"),
        ("Auth-Failure", "dmarc"),
        ("Identity-Alignment", "dkim"),
        ("DKIM-Domain", "consumer.example"),
        ("Arrival-Date", "Wed, 15 Nov 2023 10:00:00 +0000"),
    ]
    report = _read(feedback_report(said))
    assert (report.auth_failure, report.identity_alignment) == (("dmarc",), ("dkim",))
    assert (report.reported_domain, report.source_port) == ("consumer.example", 12345)
    assert report.deviations == ()


def test_the_body_of_the_original_is_decoded_and_bounded() -> None:
    original = (
        b"Content-Type: text/plain; charset=latin1\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9\x00"
    )
    assert _read(original=original).original_body == "café"
    long = _read(original=b"From: a@b\n\n" + b"x" * 10**6).original_body
    assert long is not None
    assert len(long) == Limits().text


def test_the_id_without_message_id_is_a_hash_of_the_content() -> None:
    one, same = _read(mail=NO_MAIL), _read(mail=NO_MAIL)
    other = _read(mail=NO_MAIL, original=ORIGINAL + b"x")
    assert one.report_id == same.report_id != other.report_id
    assert len(one.report_id) == 32


def test_reports_in_one_mail_have_their_own_ids() -> None:
    second = read_failure(feedback_report(), original=None, mail=MAIL, limits=Limits(), ordinal=1)
    assert second.report_id == "m1@reporter.example#1"


def test_the_reporter_is_the_best_that_is_known() -> None:
    feedback = feedback_report(without=["Reporting-MTA"])
    assert _read(feedback).reporter == "reporter.example"
    assert _read(feedback, mail=NO_MAIL).reporter == "Reporter/1.0"
    assert _read(feedback_report(without=["Reporting-MTA", "User-Agent"]), mail=NO_MAIL).reporter == "unknown"


@given(st.binary(max_size=300), st.none() | st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(rubbish: bytes, original: bytes | None) -> None:
    for feedback in (rubbish, feedback_report() + rubbish, b"Feedback-Type: auth-failure\n" + rubbish):
        with contextlib.suppress(Unreadable):
            assert _read(feedback, original).reported_domain


def test_hostile_values_cost_little() -> None:
    extra = [("Identity-Alignment", "(" * 16_000), ("Source-IP", "(" * 8000 + ")" * 8000)]
    extra += [("Authentication-Results", "a=b " * 4000)] * 50
    started = time.thread_time()
    _read(feedback_report(without=["Identity-Alignment", "Source-IP", "Reported-Domain"], extra=extra))
    assert time.thread_time() - started < 1
