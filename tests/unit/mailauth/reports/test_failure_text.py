import pytest

from shared.mailauth.reports.failure_text import is_plain_failure, read_plain_failure
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.mail_headers import mail_headers
from tests.fixtures.packaging import failure_mail
from tests.fixtures.reports import ORIGINAL

LETTER = (
    b"A message claiming to be from you\r\nhas failed the published DMARC policy.\r\n\r\n"
    b"  Sender Domain: Example.com\r\n"
    b"  Sender IP Address: 192.0.2.99\r\n"
    b"  Received date: Wed, 15 Nov 2023 10:00:00 +0000\r\n"
    b"  SPF Alignment: yes\r\n"
    b"  DKIM Alignment: no\r\n"
    b"  DMARC Results: None, Accept\r\n\r\n"
    b"------ This is a copy of the headers that were received before the error was detected.\r\n\r\n"
) + ORIGINAL
MAIL = mail_headers(failure_mail())


@pytest.mark.statement("6.10")
def test_a_letter_is_read_as_a_report() -> None:
    assert is_plain_failure(LETTER)
    report = read_plain_failure(LETTER, MAIL, Limits())
    assert (report.reported_domain, report.source_ip, report.arrival) == (
        "example.com",
        "192.0.2.99",
        1700042400,
    )
    assert report.identity_alignment == ("dkim",)
    assert report.delivery_result == "delivered"
    assert report.reporter == "reporter.example"
    assert report.original_header("Message-ID") == "<abc@evil.example>"
    assert report.deviations[0].code == "plain_text"


def test_a_letter_without_copied_headers() -> None:
    report = read_plain_failure(LETTER.partition(b"------")[0], MAIL, Limits())
    assert report.original_headers == ()
    assert report.source_ip == "192.0.2.99"


@pytest.mark.statement("6.10")
def test_other_letters_are_none() -> None:
    assert not is_plain_failure(b"Sender Domain: example.com\nSender IP Address: 192.0.2.1\n")
    assert not is_plain_failure(b"A message claiming to be from you has failed to impress me.")
    assert not is_plain_failure(b"")
