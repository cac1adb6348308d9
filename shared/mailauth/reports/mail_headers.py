"""The few header fields of a report mail that are worth showing beside what it held.

For display only: nothing is routed or trusted by them (the body of a report is authoritative).
"""

from __future__ import annotations

import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.mailauth.reports.headers import BLOCK, Block, split
from shared.mailauth.reports.texts import decoded_words, plain

_ANGLE = re.compile(r"<[^<>\s]{0,300}@([^<>\s@]{1,255})>")
_ADDRESS = re.compile(r"[^\s<>,;:\"()@]{1,300}@([A-Za-z0-9_.-]{1,255})")
_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_DKIM_PASS = re.compile(r"(?:^|;)\s*dkim\s*=\s*pass\b([^;]{0,2000})", re.IGNORECASE)
_DKIM_DOMAIN = re.compile(
    r"\bheader\.(?:d\s*=\s*\"?|i\s*=\s*\"?[^\s@;\"]{0,300}@)([A-Za-z0-9_.-]{1,255})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class MailHeaders:
    """``dkim_domains``: d= of the signatures that passed, by the topmost Authentication-Results only.

    The fields below it could have been written by the sender. ``date`` is in epoch seconds.
    """

    from_domain: str | None
    message_id: str | None
    subject: str
    date: int | None
    dkim_domains: tuple[str, ...]
    tls_report_domain: str | None
    tls_report_submitter: str | None


def mail_headers(data: bytes) -> MailHeaders:
    """Read them off the top of a mail; of anything else they are all empty."""
    data = data[:BLOCK]
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    start = len(data) - len(data.lstrip(b"\r\n"))
    if data.startswith((b"From ", b">From "), start):
        start = data.find(b"\n", start) + 1 or len(data)
    return from_block(Block(data, start, split(data, start, len(data))[0]))


def from_block(block: Block) -> MailHeaders:
    return MailHeaders(
        from_domain=address_domain(block.first(b"from")),
        message_id=plain(block.first(b"message-id"), 300) or None,
        subject=plain(decoded_words(block.first(b"subject")), 500),
        date=epoch(block.first(b"date")),
        dkim_domains=_dkim_domains(block.first(b"authentication-results")),
        tls_report_domain=_domain(block.first(b"tls-report-domain")),
        tls_report_submitter=_domain(block.first(b"tls-report-submitter")),
    )


def address_domain(value: str) -> str | None:
    """The domain of the first address in a field, in lower case."""
    found = _ANGLE.search(value[:4000]) or _ADDRESS.search(value[:4000])
    return _domain(found.group(1)) if found else None


def epoch(value: str) -> int | None:
    """An RFC 5322 date as epoch seconds; ``None`` for what is none."""
    try:
        moment = email.utils.parsedate_tz(value[:200])
        if moment is None:
            return None
        # not mktime_tz, which takes the 99th of a month for a day of a later one
        seconds = int(datetime(*moment[:6], tzinfo=UTC).timestamp())
        return seconds - (moment[9] or 0)
    except (ValueError, IndexError, OverflowError, TypeError):
        return None


def _domain(value: str) -> str | None:
    return plain(value, 255).lower().rstrip(".") or None


def _dkim_domains(results: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for passed in _DKIM_PASS.finditer(_COMMENT.sub(" ", results)):
        for domain in _DKIM_DOMAIN.findall(passed.group(1)):
            found[domain.lower().rstrip(".")] = None
    return tuple(found)
