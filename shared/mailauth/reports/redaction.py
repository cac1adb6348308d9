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
_ROLES = frozenset(
    {
        "abuse",
        "account",
        "accounts",
        "admin",
        "billing",
        "contact",
        "hello",
        "help",
        "info",
        "invoice",
        "mail",
        "marketing",
        "news",
        "newsletter",
        "noreply",
        "office",
        "orders",
        "postmaster",
        "reply",
        "sales",
        "security",
        "service",
        "support",
        "team",
        "webmaster",
    }
)
"""Words of addresses that name no person (many of them in RFC 2142)."""

_NAME = re.compile(r"[^\W\d_]{3,64}")
_LINK = re.compile(r"(https?|ftps?)://(?:[^\s/?#@<>\"']*@)?([^\s/?#@<>\"']+)[^\s<>\"']*", re.IGNORECASE)
_LINKED = re.compile(r"(?<=://)[^\s/?#<>\"']+")
_SCHEME = re.compile(r"\b(h)(tt)(ps?)(?=:)|\b(f)(t)(ps?)(?=:)", re.IGNORECASE)


def redact(report: FailureReport, key: bytes, *, subject: bool = False) -> FailureReport:
    """The report without local parts, display names and body, and links without what follows the host. Of the
    subject go the words that name somebody the message is from or to; with ``subject``, all of it."""
    people = _people(report)

    def hidden(text: str) -> str:
        return _ADDRESS.sub(lambda found: f"{token(found.group(1), key)}@", _LINK.sub(_host, text))

    def titled(text: str) -> str:
        return _NAME.sub(lambda w: token(w[0], key) if w[0].casefold() in people else w[0], hidden(text))

    return replace(
        report,
        original_mail_from=_maybe(report.original_mail_from, hidden),
        original_rcpt_to=tuple(hidden(value) for value in report.original_rcpt_to),
        original_envelope_id=_maybe(report.original_envelope_id, hidden),
        dkim_identity=_maybe(report.dkim_identity, hidden),
        reported_uri=tuple(hidden(value) for value in report.reported_uri),
        authentication_results=tuple(hidden(value) for value in report.authentication_results),
        original_headers=tuple(
            (name, _header(name.lower(), value, hidden, _subject if subject else titled))
            for name, value in report.original_headers
        ),
        original_body=None,
        urls=tuple(dict.fromkeys(_LINK.sub(_host, url) for url in report.urls)),
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


def _people(report: FailureReport) -> frozenset[str]:
    """Words of names and local parts, of everybody whom the message is from or to."""
    named = " ".join(value for name, value in report.original_headers if name.lower() in _PEOPLE)
    local_parts = (
        address.rpartition("@")[0] for address in (report.original_mail_from or "", *report.original_rcpt_to)
    )
    # Domains are no names: of an address only what stands before the sign.
    text = " ".join((re.sub(r"@\S+", " ", named), *local_parts))
    return frozenset(word.casefold() for word in _NAME.findall(text)) - _ROLES


def _host(link: re.Match[str]) -> str:
    """What follows the host tells recipients apart."""
    return f"{link[1].lower()}://{link[2].lower()}/"


def _subject(text: str) -> str:
    return "redacted"


def _header(name: str, value: str, hidden: Callable[[str], str], titled: Callable[[str], str]) -> str:
    if name in ("subject", "thread-topic"):
        return titled(value)
    if name in _PEOPLE:
        return ", ".join(hidden(address) for address in _LISTED.findall(value)) or "redacted"
    return hidden(value)


def _maybe(value: str | None, change: Callable[[str], str]) -> str | None:
    return change(value) if value else value


def defang(text: str) -> str:
    """Links that cannot be followed (``hxxp://evil[.]example/``), and no characters that control or change
    the direction.

    Line ends and tabs stay. The result is still text, not HTML: escape it where it is shown.
    """
    kept = "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    )
    return _SCHEME.sub(_defanged, _LINKED.sub(lambda host: host[0].replace(".", "[.]"), kept))


def _defanged(scheme: re.Match[str]) -> str:
    h, _, p, f, _, fp = scheme.groups()
    return f"{h}xx{p}" if h else f"{f}x{fp}"
