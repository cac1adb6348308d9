"""Failure reports written as a letter: what Exim-based mail hosts send instead of RFC 6591."""

from __future__ import annotations

import re

from shared.mailauth.reports.failure import AUTH_FAILURE, compose
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.mail_headers import MailHeaders
from shared.mailauth.reports.texts import plain, to_text
from shared.mailauth.reports.values import FailureReport

_CLAIMING = re.compile(rb"message\s+claiming\s+to\s+be\s+from\s+you\s+has\s+failed", re.IGNORECASE)
_SAID = re.compile(
    r"^[ \t]{0,20}(sender domain|sender ip address|received date|spf alignment|dkim alignment|dmarc results?)"
    r"[ \t]{0,20}:[ \t]*(\S[^\r\n]{0,1000})\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_COPY = re.compile(
    rb"^-{3,80}[ \t]*[^\r\n]{0,200}\bcop(?:y|ies)\b[^\r\n]{0,200}\bheaders\b[^\r\n]{0,200}\r?\n\s*",
    re.IGNORECASE | re.MULTILINE,
)
_RESULTS = {"accept": "delivered", "reject": "reject", "quarantine": "spam"}
_WITHIN = 16 * 2**10


def is_plain_failure(text: bytes) -> bool:
    """Whether a letter is such a report: it says so, and names the domain or the address."""
    head = text[:_WITHIN]
    return _CLAIMING.search(head) is not None and bool(_said(head))


def read_plain_failure(text: bytes, mail: MailHeaders, limits: Limits) -> FailureReport:
    """Read its ``Name: value`` lines and the copied headers under them as the fields of RFC 6591."""
    copy = _COPY.search(text[: 4 * _WITHIN])
    said = _said(text[: copy.start() if copy else _WITHIN])
    pairs = [("Feedback-Type", AUTH_FAILURE), ("Auth-Failure", "dmarc")]
    for name, field in (
        ("sender domain", "Reported-Domain"),
        ("sender ip address", "Source-IP"),
        ("received date", "Arrival-Date"),
    ):
        if name in said:
            pairs.append((field, said[name]))
    unaligned = [
        name for name in ("dkim", "spf") if said.get(f"{name} alignment", "").lower() in ("no", "fail")
    ]
    pairs.append(("Identity-Alignment", ", ".join(unaligned) or "none"))
    action = said.get("dmarc results", said.get("dmarc result", "")).rpartition(",")[2].strip().lower()
    if action:
        pairs.append(("Delivery-Result", _RESULTS.get(action, action)))
    return compose(
        pairs,
        text[copy.end() :] if copy else None,
        mail,
        limits,
        deviation="plain_text",
    )


def _said(head: bytes) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in _SAID.findall(to_text(head)):
        said.setdefault(name.lower(), plain(value, 500))
    return said
