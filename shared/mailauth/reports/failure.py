"""Failure reports: the fields of ``message/feedback-report`` (RFC 9991, RFC 6591, RFC 5965, RFC 6692).

Nothing but the reported domain is insisted on. What a reporter left out is taken from its
Authentication-Results or from the message it reports, and said to be so as a deviation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import islice

from shared.mailauth.reports.feedback import (
    Feedback,
    addresses,
    canonical_ip,
    host,
    keywords,
    listed,
)
from shared.mailauth.reports.headers import Block, fields, split
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.mail_headers import MailHeaders, address_domain, epoch
from shared.mailauth.reports.reading import Reason, UnreadableFailure
from shared.mailauth.reports.texts import decoded_words, plain, to_text
from shared.mailauth.reports.transfer import decode
from shared.mailauth.reports.values import FailureReport

AUTH_FAILURE = "auth-failure"
_TYPE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_OTHER = "other"
_REQUIRED = ("user-agent", "version", "source-ip", "reported-domain")
_REQUIRED_OF_FAILURES = ("auth-failure", "identity-alignment")
_RESULT = re.compile(r"(?:^|[;\s])(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_URL = re.compile(r"\b(?:https?|ftps?)://[^\s<>\"'\])}\\]{1,1000}", re.IGNORECASE)
_MOST_URLS = 50
_NULS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_failure(
    feedback: bytes,
    *,
    original: bytes | None,
    mail: MailHeaders,
    limits: Limits,
    ordinal: int = 0,
) -> FailureReport:
    """Read part 2 of a feedback report, with part 3 (the failed message or its headers) if there is one.

    ``mail`` is the head of the mail that brought it; ``ordinal`` tells apart the reports in one mail.
    A complaint about a message's content keeps its own feedback type (abuse and its like).
    """
    return compose(tuple(fields(feedback.lstrip(b"\r\n"))), original, mail, limits, ordinal)


def compose(
    pairs: Sequence[tuple[str, str]],
    original: bytes | None,
    mail: MailHeaders,
    limits: Limits,
    ordinal: int = 0,
    *,
    deviation: str = "",
) -> FailureReport:
    """The report that a list of feedback fields makes; ``deviation`` is noted about where they are from."""
    told = Feedback(pairs)
    if deviation:
        told.note(deviation)
    feedback_type = _feedback_type(told)
    failed = feedback_type == AUTH_FAILURE
    headers, body = _original(original, limits)
    if original is None:
        told.note("no_original")
    results = told.all("authentication-results")
    if not results:
        results = tuple(value for name, value in headers if name.lower() == "authentication-results")
    context = " ; ".join(
        (
            *results,
            *(value for name, value in headers if name.lower() == "received-spf"),
        )
    )
    for name in (*_REQUIRED, *(_REQUIRED_OF_FAILURES if failed else ())):
        if told.first(name) is None:
            told.note("missing_field", name)
    domain = _reported_domain(told, context, headers, feedback_type)
    return FailureReport(
        feedback_type=feedback_type,
        user_agent=told.text("user-agent"),
        version=told.text("version"),
        auth_failure=_auth_failure(told, context) if failed else (),
        reported_domain=domain,
        reporter=host(told.text("reporting-mta")) or mail.from_domain or told.text("user-agent") or "unknown",
        arrival=_arrival(told, headers, mail),
        source_ip=_source_ip(told, context),
        source_port=told.number("source-port", 65_535),
        incidents=told.number("incidents", 2**31) or 1,
        delivery_result=_lower(told.text("delivery-result")),
        identity_alignment=listed(told.first("identity-alignment")),
        dkim_domain=_dkim_domain(told, context),
        dkim_identity=told.text("dkim-identity"),
        dkim_selector=told.text("dkim-selector"),
        spf_dns=told.all("spf-dns"),
        original_mail_from=next(iter(addresses(told.all("original-mail-from"))), None),
        original_rcpt_to=addresses(told.all("original-rcpt-to")),
        original_envelope_id=told.text("original-envelope-id"),
        reporting_mta=host(told.text("reporting-mta")),
        reported_uri=told.all("reported-uri"),
        authentication_results=results,
        original_headers=headers,
        original_body=body,
        urls=_urls(told.all("reported-uri"), body),
        report_id=_report_id(pairs, original, mail, ordinal),
        deviations=told.deviations(),
    )


def _feedback_type(told: Feedback) -> str:
    """Authentication failures and complaints come in the same format (RFC 5965 section 7.3)."""
    kind = (told.text("feedback-type") or "").lower()
    if kind == AUTH_FAILURE:
        return kind
    if told.first("auth-failure") is not None:
        told.note("feedback_type", kind or "missing")
        return AUTH_FAILURE
    if not kind:
        raise UnreadableFailure(
            Reason.NOT_A_REPORT,
            "a feedback report that does not say of what type it is",
        )
    if _TYPE.fullmatch(kind):
        return kind
    told.note("feedback_type", kind[:100])
    return _OTHER


def _original(original: bytes | None, limits: Limits) -> tuple[tuple[tuple[str, str], ...], str | None]:
    if original is None:
        return (), None
    original = original.lstrip(b"\r\n")
    if original.startswith((b"From ", b">From ")):
        original = original.partition(b"\n")[2]
    end, start = split(original, 0, len(original))
    found = tuple((name, plain(decoded_words(value), 4000)) for name, value in fields(original[:end]))
    block = Block(original, 0, end)
    encoding = block.labelled(b"content-transfer-encoding").value
    content_type = block.labelled(b"content-type")
    if content_type.value.startswith("multipart/"):
        encoding = ""
    body = b"".join(decode(encoding, original, start, min(len(original), start + 2 * limits.text)))[
        : limits.text
    ]
    text = _NULS.sub("", to_text(body, content_type.parameters.get("charset", "")))
    return found, text if text.strip() else None


def _reported_domain(
    told: Feedback, context: str, headers: Sequence[tuple[str, str]], feedback_type: str
) -> str:
    named = host(told.text("reported-domain"))
    if named:
        return named
    claimed = keywords(context).get("header.from") or _from_domain(headers) or host(told.text("dkim-domain"))
    if not claimed and feedback_type != AUTH_FAILURE:
        raise UnreadableFailure(
            Reason.ABUSE_COMPLAINT, f"a complaint of type {feedback_type} that names no domain"
        )
    if not claimed:
        raise UnreadableFailure(Reason.NO_POLICY_DOMAIN, "a failure report that names no domain")
    told.note("inferred", "reported-domain")
    return claimed.rpartition("@")[2].lower().rstrip(".")


def _urls(reported: Sequence[str], body: str | None) -> tuple[str, ...]:
    """Links that the reporter names, then those in the message, each once."""
    text = " ".join((*reported, body or ""))
    found = (match.group().rstrip(".,;:!?") for match in _URL.finditer(text))
    return tuple(islice(dict.fromkeys(found), _MOST_URLS))


def _from_domain(headers: Sequence[tuple[str, str]]) -> str | None:
    return next(
        (address_domain(value) for name, value in headers if name.lower() == "from"),
        None,
    )


def _auth_failure(told: Feedback, context: str) -> tuple[str, ...]:
    said = told.first("auth-failure")
    if said is not None:
        return listed(said) or ()
    failed = {
        name.lower() for name, result in _RESULT.findall(context) if result.lower() not in ("pass", "none")
    }
    if not failed:
        return ()
    told.note("inferred", "auth-failure")
    if "dmarc" in failed:
        return ("dmarc",)
    return tuple(name for name, key in (("signature", "dkim"), ("spf", "spf")) if key in failed)


def _arrival(told: Feedback, headers: Sequence[tuple[str, str]], mail: MailHeaders) -> int | None:
    for name in ("arrival-date", "received-date"):
        moment = epoch(told.first(name) or "")
        if moment is not None:
            return moment
    sent = next((epoch(value) for name, value in headers if name.lower() == "date"), None)
    fallback = mail.date if mail.date is not None else sent
    if fallback is not None:
        told.note("inferred", "arrival-date")
    return fallback


def _source_ip(told: Feedback, context: str) -> str | None:
    said = told.text("source-ip")
    if said:
        canonical = canonical_ip(said)
        if canonical is None:
            told.note("bad_value", "source-ip")
        return canonical or said
    known = keywords(context)
    for name in ("smtp.remote-ip", "policy.iprev", "client-ip"):
        canonical = canonical_ip(known.get(name, ""))
        if canonical:
            told.note("inferred", "source-ip")
            return canonical
    return None


def _dkim_domain(told: Feedback, context: str) -> str | None:
    said = host(told.text("dkim-domain"))
    if said:
        return said
    known = keywords(context)
    inferred = host((known.get("header.d") or known.get("header.i", "")).rpartition("@")[2])
    if inferred:
        told.note("inferred", "dkim-domain")
    return inferred


def _report_id(
    pairs: Sequence[tuple[str, str]],
    original: bytes | None,
    mail: MailHeaders,
    ordinal: int,
) -> str:
    """The Message-ID of the mail that brought the report; without one a hash of what it says."""
    if mail.message_id:
        return mail.message_id.strip("<> ") + (f"#{ordinal}" if ordinal else "")
    digest = hashlib.sha256()
    for name, value in pairs:
        digest.update(f"{name.lower()}:{value}\n".encode("utf-8", "surrogatepass"))
    digest.update(original or b"")
    return digest.hexdigest()[:32]


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None
