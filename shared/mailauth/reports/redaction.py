"""Personal data taken out of failure reports (RFC 6590), and text made harmless to show (RFC 9991 8).

Local parts become a keyed hash: equal addresses stay equal, and nobody without the key can test a guess.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from shared.mailauth.reports.values import FailureReport

_ADDRESS = re.compile(r"(\"[^\"\r\n]{1,128}\"|[^\s<>,;:=\"()\[\]@]{1,256})@(?=[A-Za-z0-9_\[\u0080-\uffff])")
_LISTED = re.compile(
    r"[^\s<>,;:=\"()\[\]@]{1,256}@[^\s<>,;:\"()@]{1,255}|\"[^\"\r\n]{1,128}\"@[^\s<>,;:\"()@]{1,255}"
)
_PEOPLE = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "sender",
        "reply-to",
        "resent-from",
        "resent-to",
        "resent-cc",
        "resent-sender",
    }
)
_SCHEME = re.compile(r"\b(h)(tt)(ps?)(?=:)|\b(f)(t)(ps?)(?=:)", re.IGNORECASE)


def redact(report: FailureReport, key: bytes, *, subject: bool = False) -> FailureReport:
    """The report without local parts, display names and body; with ``subject``, without the subject too."""

    def hidden(text: str) -> str:
        return _ADDRESS.sub(lambda found: f"{token(found.group(1), key)}@", text)

    return replace(
        report,
        original_mail_from=_maybe(report.original_mail_from, hidden),
        original_rcpt_to=tuple(hidden(value) for value in report.original_rcpt_to),
        original_envelope_id=_maybe(report.original_envelope_id, hidden),
        dkim_identity=_maybe(report.dkim_identity, hidden),
        reported_uri=tuple(hidden(value) for value in report.reported_uri),
        authentication_results=tuple(hidden(value) for value in report.authentication_results),
        original_headers=tuple(
            (name, _header(name.lower(), value, hidden, subject)) for name, value in report.original_headers
        ),
        original_body=None,
    )


def token(local_part: str, key: bytes) -> str:
    """What stands in for a local part: 80 bits of a keyed hash, in an address's own alphabet.

    Case is folded first, since ``Jane@`` and ``jane@`` are one person nearly everywhere.
    """
    digest = hmac.new(
        key,
        local_part.strip('"').casefold().encode("utf-8", "surrogatepass"),
        hashlib.sha256,
    )
    return "redacted-" + base64.b32encode(digest.digest()[:10]).decode("ascii").lower()


def _header(name: str, value: str, hidden: Callable[[str], str], subject: bool) -> str:
    if name == "subject":
        return "redacted" if subject else hidden(value)
    if name in _PEOPLE:
        return ", ".join(hidden(address) for address in _LISTED.findall(value)) or "redacted"
    return hidden(value)


def _maybe(value: str | None, change: Callable[[str], str]) -> str | None:
    return change(value) if value else value


def defang(text: str) -> str:
    """Links that cannot be followed (``hxxp``), and no control or direction-changing characters.

    Line ends and tabs stay. The result is still text, not HTML: escape it where it is shown.
    """
    kept = "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    )
    return _SCHEME.sub(_defanged, kept)


def _defanged(scheme: re.Match[str]) -> str:
    h, _, p, f, _, fp = scheme.groups()
    return f"{h}xx{p}" if h else f"{f}x{fp}"
