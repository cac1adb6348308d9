import dataclasses

import pytest

from shared.mailauth.reports.failure import read_failure
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.mail_headers import mail_headers
from shared.mailauth.reports.redaction import defang, redact, token
from tests.fixtures.reports import ORIGINAL, feedback_report

KEY = b"k" * 32
EXTRA = [
    ("DKIM-Identity", "jane@example.com"),
    ("Original-Envelope-Id", "john@x"),
    ("Reported-URI", "mailto:jane@example.com"),
]
REPORT = read_failure(
    feedback_report(extra=EXTRA),
    original=b'Cc: "John Doe, jr" <john@reporter.example>, jane@example.com\r\nReply-To: nobody\r\n'
    + ORIGINAL,
    mail=mail_headers(b""),
    limits=Limits(),
)


@pytest.mark.statement("6.12")
def test_no_person_is_left_and_every_domain_is() -> None:
    hidden = redact(REPORT, KEY)
    text = repr(dataclasses.astuple(hidden)).lower()
    for person in ("jane", "john", "doe"):
        assert person not in text
    for domain in ("@bounce.example", "@reporter.example", "@example.com"):
        assert domain in text
    assert hidden.original_body is None
    assert hidden.original_header("Reply-To") == "redacted"
    assert hidden.original_header("Subject") == "Invoice € 100"
    assert hidden.report_id == REPORT.report_id


def test_equal_addresses_stay_equal_and_keys_matter() -> None:
    hidden = redact(REPORT, KEY)
    assert hidden.original_rcpt_to == (f"{token('john', KEY)}@reporter.example",)
    assert hidden.original_header("To") == hidden.original_rcpt_to[0]
    assert (
        hidden.original_header("Cc")
        == f"{token('john', KEY)}@reporter.example, {token('jane', KEY)}@example.com"
    )
    assert token("John", KEY) == token('"john"', KEY) != token("john", b"other")


def test_the_subject_goes_when_asked() -> None:
    assert redact(REPORT, KEY, subject=True).original_header("Subject") == "redacted"


@pytest.mark.statement("6.12")
def test_words_of_the_subject_that_name_somebody_go() -> None:
    subject = "Sales report for JANE Doe, and john"
    headers = (
        ("From", "Sales <sales@example.com>"),
        ("To", '"Jane Doe" <jane@example.com>'),
        ("Subject", subject),
    )
    hidden = redact(dataclasses.replace(REPORT, original_headers=headers), KEY).original_header("Subject")
    jane, doe, john = (token(name, KEY) for name in ("jane", "doe", "john"))
    assert hidden == f"Sales report for {jane} {doe}, and {john}"


@pytest.mark.statement("6.12")
def test_links_keep_their_hosts_alone() -> None:
    link = "https://jane@Shop.example/u/123?to=jane%40example.com"
    report = dataclasses.replace(
        REPORT, urls=(link, link[:-3]), original_headers=(("List-Help", f"<{link}>"),)
    )
    hidden = redact(report, KEY)
    assert hidden.urls == ("https://shop.example/",)
    assert hidden.original_headers == (("List-Help", "<https://shop.example/>"),)


def test_null_sender_and_absent_values_stay() -> None:
    empty = dataclasses.replace(REPORT, original_mail_from="", dkim_identity=None)
    hidden = redact(empty, KEY)
    assert (hidden.original_mail_from, hidden.dkim_identity) == ("", None)
    assert (
        redact(dataclasses.replace(REPORT, dkim_identity="@example.com"), KEY).dkim_identity == "@example.com"
    )


@pytest.mark.statement("6.12")
@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("see http://evil.example/", "see hxxp://evil[.]example/"),
        ("HTTPS://x ftp://y ftps://z", "HxxPS://x fxp://y fxps://z"),
        ("a\x1b[31mb\u202ec\x00\nd\te", "a[31mbc\nd\te"),
        ("<https://a.b.example:80/c.html?d.e> f.g", "<hxxps://a[.]b[.]example:80/c.html?d.e> f.g"),
        ("http is fine", "http is fine"),
    ],
)
def test_defanged_text(text: str, harmless: str) -> None:
    assert defang(text) == harmless
