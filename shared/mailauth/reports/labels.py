"""What type and name of a part claim: they decide what is worth a refusal, never what is read."""

from __future__ import annotations

from shared.mailauth.reports.mime import Part

_REPORT_TYPES = frozenset(
    {
        "application/gzip",
        "application/x-gzip",
        "application/gzip-compressed",
        "application/x-gunzip",
        "application/zip",
        "application/x-zip",
        "application/x-zip-compressed",
        "application/xml",
        "text/xml",
        "application/dmarc+xml",
        "application/tlsrpt",
        "application/tlsrpt+json",
        "application/tlsrpt+gzip",
        "message/feedback-report",
        "application/ms-tnef",
        "application/vnd.ms-tnef",
        "application/vnd.ms-outlook",
    }
)
_REPORT_ENDINGS = (".xml", ".gz", ".zip", ".json", ".xml_", ".msg")
_ORIGINAL_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",
        "message/global-headers",
        "message/rfc822-headers",
        "message/rfc822-header",
        "text/rfc822-headers",
        "text/rfc822-header",
        "text/rfc-822-headers",
    }
)


def claims_report(part: Part) -> bool:
    return part.type.value in _REPORT_TYPES or name_claims_report(part.name)


def name_claims_report(name: str) -> bool:
    return name.lower().endswith(_REPORT_ENDINGS)


def is_letter(part: Part) -> bool:
    """Text for people, in which markup is most often just mail formatting."""
    if claims_report(part) or part.disposition == "attachment":
        return False
    return part.type.value in (
        "",
        "text/plain",
        "text/html",
        "text/enriched",
        "text/rfc822-headers",
    )


def is_mail(part: Part) -> bool:
    return part.type.value in (
        "message/rfc822",
        "message/global",
    ) or part.name.lower().endswith(".eml")


def is_feedback(part: Part) -> bool:
    return part.type.value == "message/feedback-report"


def is_original(part: Part) -> bool:
    """Whether a part beside a feedback report holds the reported message or its headers."""
    return part.type.value in _ORIGINAL_TYPES
