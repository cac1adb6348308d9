"""Reports of the three kinds, and uploads, on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.core.mail import Trust
from shared.edge.schemas import Single, Timestamp, Wire


class Policy(Wire):
    """The policy that the reporter found published."""

    p: str | None
    sp: str | None
    np: str | None
    pct: str | None
    adkim: str | None
    aspf: str | None
    fo: str | None
    testing: str | None


class ReportItem(Wire):
    """`total_messages` counts sessions in a TLS report and incidents in a failure report."""

    id: str = Field(examples=["rpt_2790561325481984"])
    type: Literal["aggregate", "tls", "failure"]
    domain_id: str = Field(examples=["ud_19"])
    domain: str = Field(description="The domain of the account that it was filed under.")
    policy_domain: str = Field(description="The domain that it is about: the same, or one below it.")
    sender_org: str = Field(examples=["google.com"])
    report_id: str = Field(description="The reporter's own id.")
    email: str
    begin_date: Timestamp
    end_date: Timestamp
    received_at: Timestamp
    created_at: Timestamp
    policy: Policy
    total_messages: int
    pass_count: int
    fail_count: int
    record_count: int
    trust: Trust = Field(description="How the mail that brought it authenticated.")
    deviation_count: int = Field(description="In how many ways it departs from its schema.")


class OverrideReason(Wire):
    type: str
    comment: str | None


class DkimResult(Wire):
    domain: str
    selector: str | None
    result: str
    human_result: str | None


class SpfResult(Wire):
    domain: str
    scope: str | None
    result: str
    human_result: str | None


class Record(Wire):
    """One row. `spf_domain` and `dkim_domain` are those of the first result that passed, or of the first."""

    source_ip: str
    hostname: str | None
    country: str | None
    sender_domain: str | None = Field(description="The sender that the address was recognised as.")
    count: int
    disposition: str | None
    header_from: str
    envelope_from: str | None
    envelope_to: str | None
    dmarc_result: str
    spf_result: str | None
    spf_domain: str | None
    spf_aligned: bool
    dkim_result: str | None
    dkim_domain: str | None
    dkim_selector: str | None
    dkim_aligned: bool
    override_reasons: list[OverrideReason]
    dkim_auth: list[DkimResult]
    spf_auth: list[SpfResult]


class Deviation(Wire):
    code: str
    detail: str


class RecordsMeta(Wire):
    total_count: int
    has_more: bool
    next_cursor: str | None = Field(description="Pass it as `records_cursor`.")


class AggregateReport(ReportItem):
    type: Literal["aggregate"]
    extra_contact_info: str | None
    errors: list[str]
    generator: str | None
    version: str | None
    bad_records: int = Field(description="Records that could not be read and count for nothing.")
    deviations: list[Deviation]
    records: list[Record]
    records_meta: RecordsMeta


class TlsFailure(Wire):
    result_type: str
    sending_mta_ip: str | None
    receiving_mx_hostname: str | None
    receiving_mx_helo: str | None
    receiving_ip: str | None
    failed_session_count: int
    additional_information: str | None
    failure_reason_code: str | None


class TlsPolicy(Wire):
    policy_type: str
    policy_domain: str
    policy_string: list[str]
    mx_hosts: list[str]
    successful_sessions: int
    failed_sessions: int
    failure_count: int
    failures: list[TlsFailure] = Field(description="As many as fit; the raw report has all of them.")


class TlsReport(ReportItem):
    type: Literal["tls"]
    deviations: list[Deviation]
    policies: list[TlsPolicy]


class HeaderField(Wire):
    name: str
    value: str


class FailureReport(ReportItem):
    """Local parts of addresses are hidden, the same address always alike."""

    type: Literal["failure"]
    deviations: list[Deviation]
    feedback_type: str
    user_agent: str | None
    auth_failure: list[str]
    arrived_at: Timestamp | None
    source_ip: str | None
    source_port: int | None
    incidents: int
    delivery_result: str | None
    identity_alignment: list[str] | None
    dkim_domain: str | None
    dkim_identity: str | None
    dkim_selector: str | None
    spf_dns: list[str]
    original_mail_from: str | None
    original_rcpt_to: list[str]
    original_envelope_id: str | None
    reporting_mta: str | None
    reported_uri: list[str]
    authentication_results: list[str]
    original_headers: list[HeaderField]
    original_body: str | None = Field(description="Its first 100,000 characters.")


Report = Annotated[AggregateReport | TlsReport | FailureReport, Field(discriminator="type")]


class ReportAnswer(Single[Report]):
    pass


class UploadedReport(Wire):
    path: str = Field(description="Which part of the upload it is.")
    outcome: str = Field(description="`stored`, `duplicate` or `resent`.")
    id: str = Field(examples=["rpt_2790561325481984"])


class UploadProblem(Wire):
    path: str
    reason: str
    detail: str
    quarantine_id: str = Field(examples=["qua_2790561325481984"])


class Upload(Wire):
    id: str = Field(examples=["upl_243894021531027"])
    name: str
    status: Literal["waiting", "done"]
    created_at: Timestamp
    reports: list[UploadedReport]
    problems: list[UploadProblem]


class NewUpload(Upload):
    upload_url: str | None = Field(
        description="PUT the report's bytes here, 40 MB at most, while it is valid. Shown this once."
    )
    upload_url_expires_at: Timestamp


class CreateUpload(Wire):
    name: str = Field(default="", max_length=200, description="Of the file, for you to recognise it.")
