"""Sending the demo's mails to the SMTP listener, several connections at a time."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from infra.local.demo.script import Mail
from infra.local.stack_file import Stack

_ATTEMPTS: Final = 5
_SECONDS: Final = 60


def post(stack: Stack, mails: Sequence[Mail], *, at_once: int = 4) -> int:
    """Send them all and return how many; raises what ``smtplib`` raises for one that is refused for good."""
    shares = [mails[start::at_once] for start in range(at_once)]
    with ThreadPoolExecutor(at_once) as pool:
        return sum(pool.map(lambda share: _post_share(stack, share), shares))


def _post_share(stack: Stack, mails: Sequence[Mail]) -> int:
    if not mails:
        return 0
    with smtplib.SMTP(stack.smtp.host, stack.smtp.port, timeout=_SECONDS) as connection:
        for mail in mails:
            _post_one(connection, mail, stack.verdict_header)
    return len(mails)


def _post_one(connection: smtplib.SMTP, mail: Mail, header: str) -> None:
    """As a sender does: try again later what is refused for now."""
    data = f"{header}: {mail.verdicts}\r\n".encode() + mail.data
    for pause in _pauses():
        try:
            connection.sendmail("postmaster@reports.example", [mail.recipient], data)
        except smtplib.SMTPResponseException as answer:
            if answer.smtp_code >= 500 or pause is None:
                raise
            time.sleep(pause)
        else:
            return


def _pauses() -> Iterator[float | None]:
    yield from (0.2 * 2**attempt for attempt in range(_ATTEMPTS))
    yield None
