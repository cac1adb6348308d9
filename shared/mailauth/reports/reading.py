"""What comes of opening a delivery: for each thing in it, a report or a refusal with its name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from shared.mailauth.reports.values import Report, RowSink


class Reason(StrEnum):
    """Why something was refused. The values are part of the API: add, never rename."""

    EMPTY = "empty"
    NOT_A_REPORT = "not_a_report"
    MALFORMED_MIME = "malformed_mime"
    MALFORMED_ARCHIVE = "malformed_archive"
    MALFORMED_XML = "malformed_xml"
    MALFORMED_JSON = "malformed_json"
    FORBIDDEN_XML = "forbidden_xml"
    ENCRYPTED = "encrypted"
    NESTED_TOO_DEEP = "nested_too_deep"
    TOO_LARGE = "too_large"
    COMPRESSION_BOMB = "compression_bomb"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_EXPENSIVE = "too_expensive"
    NO_POLICY_DOMAIN = "no_policy_domain"
    NO_PERIOD = "no_period"
    ABUSE_COMPLAINT = "abuse_complaint"


class Unreadable(Exception):
    """A report cannot be read. Stays inside reading: the boundary turns it into a ``Refused``."""

    personal: ClassVar[bool] = False
    """Whether it is a failure report or a complaint, with all that those tell of third parties."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class UnreadableFailure(Unreadable):
    """A failure report or a complaint that cannot be read."""

    personal: ClassVar[bool] = True


class Exceeded(Unreadable):
    """The delivery would cost more than its limits allow: nothing more of it is to be read."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A report. ``path`` says where in the delivery it lay (``2/report.zip/a.xml``).

    ``rows`` is the sink that took the report's rows; ``None`` for kinds without rows.
    """

    path: str
    report: Report
    rows: RowSink | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that claimed to be, or could have been, a report and was not readable. ``personal`` as in
    ``Unreadable``."""

    path: str
    reason: Reason
    detail: str
    personal: bool = False


Reading = Parsed | Refused
