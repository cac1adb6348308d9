"""What is to be said when a document cannot be had over HTTPS."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from shared.mailauth.evaluate.questions import Fetch, Fetched, Fetching, Replies
from shared.mailauth.findings import Finding, Flaw, Severity

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING

NO_ADDRESS: Final = Flaw(
    "https_no_address",
    _ERROR,
    "The host of {subject} does not exist or has no address.",
    "Publish A and AAAA records (or a CNAME) for the host.",
    "",
)
REFUSED: Final = Flaw(
    "https_refused",
    _ERROR,
    "{subject} was not asked for: {reason}.",
    "Serve it at a host with public addresses, at https:// and port 443.",
    "",
)
BAD_CERTIFICATE: Final = Flaw(
    "https_bad_certificate",
    _ERROR,
    "The web server's certificate for {subject} is not good: {reason}.",
    "Install an unexpired certificate of a public authority for this host, with its intermediates.",
    "",
)
TOO_LARGE: Final = Flaw(
    "https_too_large",
    _ERROR,
    "The answer of {subject} is too large: {reason}.",
    "Serve the document alone.",
    "",
)
UNREACHABLE: Final = Flaw(
    "https_unreachable",
    _WARNING,
    "{subject} could not be fetched: {reason}.",
    "See whether the web server answers from outside, over TLS 1.2 or newer; then ask again.",
    "",
)
REDIRECT: Final = Flaw(
    "https_redirect",
    _ERROR,
    "{subject} redirects (status {status}) to {location!r}.",
    "Answer with the document itself: the redirect is not followed.",
    "",
)
STATUS: Final = Flaw(
    "https_status",
    _ERROR,
    "{subject} answers with status {status}, not 200.",
    "Serve the document there with status 200.",
    "",
)
SERVER_TROUBLE: Final = Flaw(
    "https_server_trouble",
    _WARNING,
    "{subject} answers with status {status}.",
    "Repair the web server, then ask again.",
    "",
)
_BY_OUTCOME: Final = {
    Fetching.NO_ADDRESS: NO_ADDRESS,
    Fetching.REFUSED: REFUSED,
    Fetching.BAD_CERTIFICATE: BAD_CERTIFICATE,
    Fetching.TOO_LARGE: TOO_LARGE,
    Fetching.FAILED: UNREACHABLE,
}
_LONGEST: Final = 200


def fetched_from(replies: Replies, wanted: Fetch) -> Fetched:
    reply = replies[wanted]
    if not isinstance(reply, Fetched):
        raise TypeError(f"{reply!r} is no answer to {wanted}")
    return reply


def trouble_with(fetched: Fetched, url: str, rule: str) -> Finding | None:
    """None for an answer of status 200. Errors are what is known to be wrong; where a server cannot be
    reached or is out of order, nothing is known, and that is a warning."""
    if fetched.outcome is not Fetching.FETCHED:
        flaw = _BY_OUTCOME[fetched.outcome]
    elif fetched.status == 200:
        return None
    elif 300 <= fetched.status < 400:
        flaw = REDIRECT
    else:
        flaw = SERVER_TROUBLE if fetched.status >= 500 or fetched.status == 429 else STATUS
    return replace(flaw, rule=rule).found(
        url,
        None,
        reason=fetched.reason or "no answer",
        status=fetched.status,
        location=fetched.location[:_LONGEST],
    )


def is_open(finding: Finding | None) -> bool:
    """Whether nothing is known of the document, so that another time may tell."""
    return finding is not None and finding.code in (UNREACHABLE.code, SERVER_TROUBLE.code)


def media_type(fetched: Fetched) -> str:
    """The media type without its parameters, in lower case."""
    return fetched.content_type.partition(";")[0].strip().lower()
