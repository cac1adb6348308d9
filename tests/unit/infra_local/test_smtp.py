"""The SMTP listener's decisions, without a socket."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.local.smtp import DeliveryError, Receiver
from infra.local.verdicts import Verdicts

MAIL = b"From: a@example.test\r\n\r\nbody\r\n"


class FakeMailbox:
    bucket = "mail"
    topic = "arn:topic"

    def __init__(self, broken: str = "") -> None:
        self.broken = broken
        self.objects: dict[str, bytes] = {}
        self.notices: list[dict[str, Any]] = []

    def put(self, key: str, message: bytes) -> None:
        if self.broken == "bucket":
            raise DeliveryError("no bucket")
        self.objects[key] = message

    def publish(self, text: str) -> None:
        if self.broken == "topic":
            raise DeliveryError("no topic")
        self.notices.append(json.loads(text))


def receive(mailbox: FakeMailbox, content: bytes, *recipients: str) -> str:
    receiver = Receiver("Reports.Test", mailbox, lambda _: Verdicts(dkim="PASS"))
    envelope = Envelope()
    envelope.mail_from = "bounce@example.test"
    envelope.rcpt_tos = list(recipients)
    envelope.content = content
    session = cast(Session, type("Talk", (), {"host_name": "mx.example.test", "peer": ("127.0.0.1", 4242)})())
    return receiver.receive(session, envelope)


@pytest.mark.parametrize("address", ["t@reports.test", "T+x@REPORTS.TEST", '"odd one"@reports.test'])
def test_any_local_part_at_the_report_domain_is_taken(address: str) -> None:
    assert _rcpt(address) == ("250 Ok", [address])


@pytest.mark.parametrize(
    "address", ["t@sub.reports.test", "t@example.test", "t", "@reports.test", "t@xreports.test"]
)
def test_any_other_recipient_is_refused(address: str) -> None:
    answer, taken = _rcpt(address)
    assert (answer[:3], taken) == ("550", [])


def _rcpt(address: str) -> tuple[str, list[str]]:
    receiver = Receiver("Reports.Test", FakeMailbox(), lambda _: Verdicts())
    envelope = Envelope()
    answer = asyncio.run(receiver.handle_RCPT(cast(SMTP, None), cast(Session, None), envelope, address, []))
    return answer, envelope.rcpt_tos


def test_mail_to_several_recipients_is_one_object_and_one_notice() -> None:
    mailbox = FakeMailbox()
    assert receive(mailbox, MAIL, "a@reports.test", "b@reports.test").startswith("250 OK ")
    ((key, stored),) = mailbox.objects.items()
    (notice,) = mailbox.notices
    assert stored.endswith(MAIL)
    assert notice["receipt"]["recipients"] == ["a@reports.test", "b@reports.test"]
    assert notice["receipt"]["action"]["objectKey"] == key
    assert key == f"inbound/{notice['mail']['messageId']}"


def test_said_verdicts_are_told_and_the_header_is_stripped() -> None:
    mailbox = FakeMailbox()
    receive(mailbox, b"X-Postseal-Verdicts: spf=PASS virus=FAIL\r\n" + MAIL, "a@reports.test")
    receipt = mailbox.notices[0]["receipt"]
    assert (receipt["spfVerdict"]["status"], receipt["virusVerdict"]["status"]) == ("PASS", "FAIL")
    assert b"Postseal" not in next(iter(mailbox.objects.values()))


def test_without_said_verdicts_the_mail_is_judged() -> None:
    mailbox = FakeMailbox()
    receive(mailbox, MAIL, "a@reports.test")
    assert mailbox.notices[0]["receipt"]["dkimVerdict"]["status"] == "PASS"


@pytest.mark.parametrize("broken", ["bucket", "topic"])
def test_sender_is_told_to_try_again_when_the_mail_cannot_be_kept(broken: str) -> None:
    assert receive(FakeMailbox(broken), MAIL, "a@reports.test").startswith("451 ")


def test_bad_test_header_is_refused_by_name() -> None:
    mailbox = FakeMailbox()
    answer = receive(mailbox, b"X-Postseal-Verdicts: spf=MAYBE\r\n" + MAIL, "a@reports.test")
    assert answer.startswith("554 5.6.0 X-Postseal-Verdicts: 'spf=MAYBE'")
    assert not mailbox.objects
