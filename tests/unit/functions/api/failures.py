"""Failure reports as they come, taken in as they are."""

from __future__ import annotations

import hashlib

from shared.core.addresses import Network, Place
from shared.core.domains import Domain
from shared.core.ids import ReportId
from shared.core.intake import Intake, Taken
from shared.core.mail import Delivery, Door
from shared.wiring.reading import read_mail
from tests import fakes
from tests.fixtures import packaging
from tests.fixtures.reports import feedback_report
from tests.unit.core.world import DOMAIN, NOW, PASSED
from tests.unit.functions.api.client import REDACTION_KEY, Api


class Places:
    def place(self, address: str) -> Place:
        return Place("NL", "Delft") if address == "192.0.2.1" else Place()

    def network(self, address: str) -> Network:
        return Network()


def failure_mail(
    feedback_type: str = "auth-failure",
    *,
    domain: str = DOMAIN.name,
    subject: str = "Your parcel",
    author: str = "Anna <anna@orchard.example>",
    recipient: str = "Jane Doe <jane@else.example>",
    source_ip: str = "192.0.2.1",
    arrival: str = "Sat, 21 Nov 2026 08:00:00 +0000",
    body: str = "Hello Jane, pay at https://Evil.example/p?for=jane",
) -> bytes:
    """About a message to one person; every one of them is another report."""
    said = repr((feedback_type, domain, subject, author, recipient, source_ip, arrival, body))
    number = hashlib.sha256(said.encode()).hexdigest()[:12]
    fields = [
        ("Feedback-Type", feedback_type),
        ("User-Agent", "fixture/1"),
        ("Version", "1"),
        ("Arrival-Date", arrival),
        ("Source-IP", source_ip),
        ("Reported-Domain", domain),
        ("Original-Rcpt-To", recipient.rpartition("<")[2].strip(">")),
        ("Authentication-Results", "mx.else.example; spf=softfail smtp.mailfrom=x; dkim=pass header.d=y"),
        ("Delivery-Result", "reject"),
    ]
    if feedback_type == "auth-failure":
        fields += [("Auth-Failure", "dmarc"), ("Identity-Alignment", "spf, dkim")]
    original = (
        f"From: {author}\r\nTo: {recipient}\r\nSubject: {subject}\r\nMessage-ID: <{number}@evil.example>"
    )
    headers = [f"Message-ID: <{number}@else.example>", "From: reports@else.example", "MIME-Version: 1.0"]
    return packaging.failure_mail(
        feedback_report(fields), original=f"{original}\r\n\r\n{body}\r\n".encode(), headers=headers
    )


def take_in(api: Api, mail: bytes) -> ReportId:
    (stored,) = taken(api, mail).stored
    return stored.filed.id


def taken(api: Api, mail: bytes, domain: Domain = DOMAIN) -> Taken:
    key = f"inbound/{hashlib.sha256(mail).hexdigest()[:16]}"
    api.mailbox.put(key, mail)
    intake = Intake(
        api.accounts,
        api.domains,
        api.reports,
        api.quarantine,
        api.uploads,
        api.mailbox,
        api.touched,
        read=read_mail,
        redaction_key=REDACTION_KEY,
        filed_mails=fakes.FakeFiledMails(),
        places=Places(),
    )
    return intake.take_in(
        Delivery(key, Door.MAIL, NOW, (f"{domain.token}@reports.example",), verdicts=PASSED)
    )
