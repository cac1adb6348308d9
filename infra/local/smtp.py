"""The SMTP listener of the local stack: does with a mail what SES's receipt rule does on AWS."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import secrets
import string
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import boto3
from aiosmtpd.smtp import SMTP, Envelope, Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.authentication import Judge
from infra.local.notification import Delivery, notification, stamped
from infra.local.ports import HOST
from infra.local.verdicts import VerdictError, Verdicts, parse_verdicts, take_header

log: Final = logging.getLogger("smtp")
PREFIX: Final = "inbound/"
SIZE_LIMIT: Final = 40 * 1024 * 1024
"""What SES's S3 action takes."""
LINE_LIMIT: Final = 1024 * 1024
"""Longer than RFC 5321 has it: SES takes such mail, and reporters send it."""
AT_ONCE: Final = 16
_ALPHABET: Final = string.ascii_lowercase + string.digits


class DeliveryError(Exception):
    """Bucket or topic did not take the mail."""


class Mailbox(Protocol):
    """Where mail goes: the bucket, then the topic."""

    @property
    def bucket(self) -> str: ...

    @property
    def topic(self) -> str: ...

    def put(self, key: str, message: bytes) -> None: ...

    def publish(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class AwsMailbox:
    """Bucket and topic behind the AWS API; raises ``DeliveryError``."""

    bucket: str
    topic: str
    s3: Any
    sns: Any

    def put(self, key: str, message: bytes) -> None:
        self._call(self.s3.put_object, Bucket=self.bucket, Key=key, Body=message)

    def publish(self, text: str) -> None:
        subject = "Amazon SES Email Receipt Notification"
        self._call(self.sns.publish, TopicArn=self.topic, Subject=subject, Message=text)

    @staticmethod
    def _call(operation: Callable[..., object], **arguments: object) -> None:
        try:
            operation(**arguments)
        except (BotoCoreError, ClientError) as error:
            raise DeliveryError(str(error)) from error


class Receiver:
    """Handler of the SMTP server. A refusal is an SMTP answer; 451 makes the sender try again."""

    def __init__(self, report_domain: str, mailbox: Mailbox, judge: Callable[[bytes], Verdicts]) -> None:
        self._suffix = f"@{report_domain.lower()}"
        self._mailbox = mailbox
        self._judge = judge
        self._pool = ThreadPoolExecutor(AT_ONCE)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not address.lower().endswith(self._suffix) or len(address) == len(self._suffix):
            return "550 5.1.1 Requested action not taken: mailbox unavailable"
        envelope.rcpt_tos.append(address)
        return "250 Ok"

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self.receive, session, envelope)

    def receive(self, session: Session, envelope: Envelope) -> str:
        """Store the mail and tell of it; returns the SMTP answer."""
        began = time.monotonic()
        assert isinstance(envelope.content, bytes)
        raw, said = take_header(envelope.content)
        try:
            verdicts = self._judge(raw) if said is None else parse_verdicts(said)
        except VerdictError as error:
            return f"554 5.6.0 {error}"
        delivery = Delivery(
            message_id="".join(secrets.choice(_ALPHABET) for _ in range(40)),
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            helo=session.host_name or "unknown",
            address=session.peer[0] if session.peer else HOST,
            received=datetime.now(UTC),
            verdicts=verdicts,
        )
        try:
            self._store(delivery, raw, began)
        except DeliveryError as error:
            log.warning("%s not taken: %s", delivery.message_id, error)
            return "451 4.3.0 Requested action aborted: local error in processing"
        log.info("%s for %s, %d bytes", delivery.message_id, ", ".join(delivery.recipients), len(raw))
        return f"250 OK {delivery.message_id}"

    def _store(self, delivery: Delivery, raw: bytes, began: float) -> None:
        message = stamped(delivery, raw)
        self._mailbox.put(PREFIX + delivery.message_id, message)
        told = notification(
            delivery,
            message,
            bucket=self._mailbox.bucket,
            topic=self._mailbox.topic,
            prefix=PREFIX,
            milliseconds=round((time.monotonic() - began) * 1000),
        )
        self._mailbox.publish(json.dumps(told))


class Server(SMTP):
    """aiosmtpd's protocol with room for long lines."""

    line_length_limit = LINE_LIMIT


async def serve(receiver: Receiver, port: int) -> None:
    """Listen until cancelled."""
    loop = asyncio.get_running_loop()

    def connection() -> Server:
        return Server(
            receiver,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="inbound-smtp.postseal.test",
            ident="Postseal",
            loop=loop,
        )

    async with await loop.create_server(connection, HOST, port, backlog=512) as server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dns-port", type=int, required=True)
    for name in ("report-domain", "bucket", "topic"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    config = Config(max_pool_connections=AT_ONCE, connect_timeout=5, read_timeout=30)
    mailbox = AwsMailbox(
        arguments.bucket,
        arguments.topic,
        boto3.client("s3", config=config),
        boto3.client("sns", config=config),
    )
    receiver = Receiver(arguments.report_domain, mailbox, Judge(arguments.dns_port))
    asyncio.run(serve(receiver, arguments.port))


if __name__ == "__main__":
    main()
