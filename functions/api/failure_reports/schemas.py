"""Failure reports, and searches among them, on the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from shared.core.failures.removing import MOST_AT_ONCE
from shared.core.mail import Trust
from shared.edge.schemas import Day, Timestamp, Wire

_Name = Annotated[str, Field(max_length=300)]
_Id = Annotated[str, Field(max_length=40)]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,16}$", examples=["mfzwizrsgm2tqnrx"])]


class FindFailures(Wire):
    """What is not given filters nothing."""

    start_date: Day = Field(description="First day of arrival, UTC.")
    end_date: Day = Field(
        description="Last day of arrival, UTC, included: no more days than the plan keeps anything."
    )
    domains: list[_Name] = Field(
        default=[], max_length=100, description="Ids or names. Without any: all that you see."
    )
    subject: str = Field(default="", max_length=200, description="Part of it, in any case.")
    address: str = Field(
        default="",
        max_length=320,
        description="That the message is from or to. A domain alone means every address in it and below.",
    )
    report_source_ip: str = Field(default="", max_length=64, examples=["192.0.2.1"])
    feedback_type: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]{0,40}$",
        description="`auth-failure`, or that of a complaint: `abuse`, `fraud`, `opt-out`, ...",
    )
    provider: str = Field(default="", max_length=200, description="Part of the reporter's name, in any case.")
    search_token: Token | None = Field(
        default=None, description="A name of your own for it. Without it, the question makes one."
    )


class FailureJobState(StrEnum):
    """`unknown`: it was never finished, ask again."""

    UNKNOWN = "unknown"
    GENERATING = "generating_result"
    COMPLETED = "completed"
    FAILED = "failed"


class FailureJob(Wire):
    search_token: str = Field(examples=["mfzwizrsgm2tqnrx"])
    progress: int = Field(description="0 unknown, 1 being made, 100 completed, 700 failed.")
    state: FailureJobState
    reason: str | None = Field(description="Why it failed.")
    total_count: int | None = Field(description="How many reports there were when it was asked.")
    start_date: Day | None
    end_date: Day | None
    domains: list[str]
    subject: str
    address: str = Field(description="Its local part hidden, as in the reports.")
    report_source_ip: str
    feedback_type: str
    provider: str
    created_at: Timestamp
    expires_at: Timestamp


class FailureItem(Wire):
    """Local parts of addresses are hidden, the same one always alike, and so are words of the subject that
    name somebody. Links cannot be followed as they stand. Still text of strangers: escape it."""

    id: str = Field(examples=["rpt_2790561325481984"])
    email_file_name: str = Field(examples=["rpt_2790561325481984.eml"])
    domain_id: str = Field(examples=["ud_19"])
    domain: str
    arrival_date: Timestamp
    received_at: Timestamp
    reported_domain: str
    source_ip: str | None
    source_ptr: str | None = Field(description="A host name that leads back to the address.")
    country_code: str | None
    provider: str = Field(description="Who reported.")
    feedback_type: str = Field(description="`auth-failure`, or that of a complaint.")
    from_address: str
    to_address: str
    subject: str
    message_id: str | None
    auth_failure: list[str]
    spf_result: str | None
    dkim_result: str | None
    delivery_result: str | None
    headers: str = Field(description="One on a line; in lists the first 20,000 characters.")
    urls: list[str]
    trust: Trust = Field(description="How the mail that brought the report authenticated.")


class Failure(FailureItem):
    redacted: bool
    body: str | None = Field(description="Of the message, where it was reported and is not hidden.")


class DeleteFailures(Wire):
    """Reports by their ids, by the names of their mails, or both."""

    ids: list[_Id] = Field(default=[], max_length=100)
    email_file_names: list[_Id] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _something(self) -> DeleteFailures:
        if not self.ids and not self.email_file_names:
            raise ValueError("name reports in ids or email_file_names")
        return self


class DeletedFailures(Wire):
    deleted: list[str] = Field(description="Ids of the reports that are gone, with their mail.")
    missing: list[str] = Field(description="As they were named: not there, or not for you to see.")


class DeletedAll(Wire):
    deleted_reports: int
    deleted_jobs: int
    has_more: bool = Field(description=f"One request deletes {MOST_AT_ONCE} or some more: ask again.")
