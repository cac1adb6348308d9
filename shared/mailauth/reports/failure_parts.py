"""Where in a mail its failure report is, and what beside it belongs to it (RFC 6591 section 3)."""

from __future__ import annotations

from shared.mailauth.reports.failure import read_failure
from shared.mailauth.reports.failure_text import is_plain_failure, read_plain_failure
from shared.mailauth.reports.headers import BLOCK
from shared.mailauth.reports.labels import is_letter, is_original
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.mail_headers import mail_headers
from shared.mailauth.reports.mime import Part
from shared.mailauth.reports.pieces import first
from shared.mailauth.reports.reading import Parsed, Reading, Refused, Unreadable


def original_of(parts: tuple[Part, ...], feedback: int) -> int | None:
    """The part after a feedback report, in the same multipart, that holds the message it is about."""
    group = parts[feedback].group
    beside = [at for at in range(feedback + 1, len(parts)) if group and parts[at].group == group]
    labelled = [at for at in beside if is_original(parts[at])]
    return next(iter(labelled or beside), None)


def feedback_reading(
    top: bytes, feedback: Part, original: Part | None, limits: Limits, ordinal: int
) -> Reading:
    """The reading of a feedback report in a mail whose header block is at the beginning of ``top``."""
    try:
        report = read_failure(
            first(feedback.content(), BLOCK),
            original=first(original.content(), BLOCK) if original else None,
            mail=mail_headers(top),
            limits=limits,
            ordinal=ordinal,
        )
    except Unreadable as no:
        return Refused(feedback.path, no.reason, no.detail, no.personal)
    return Parsed(feedback.path, report)


def letter_reading(top: bytes, parts: tuple[Part, ...], limits: Limits) -> Reading | None:
    """The reading of a failure report that is written as a letter, if one of the parts is that."""
    for part in parts:
        if not is_letter(part) or part.type.value == "text/html":
            continue
        text = first(part.content(), BLOCK)
        if is_plain_failure(text):
            try:
                return Parsed(part.path, read_plain_failure(text, mail_headers(top), limits))
            except Unreadable as no:
                return Refused(part.path, no.reason, no.detail, no.personal)
    return None
