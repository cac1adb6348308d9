"""TLS failures and policies on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.edge.schemas import Day, Timestamp, Wire


class TlsFailureItem(Wire):
    """One entry of a report's details (RFC 8460 section 4.3)."""

    policy_domain: str
    policy_type: str
    result_type: str
    sending_mta_ip: str | None
    receiving_mx_hostname: str | None
    receiving_ip: str | None
    failed_session_count: int
    failure_reason_code: str | None
    additional_information: str | None
    organization_name: str
    begin: Timestamp
    end: Timestamp
    domain_id: str = Field(examples=["ud_19"])
    report_id: str = Field(examples=["rpt_2790561325481984"])


class TlsCause(Wire):
    """By the details, which need not add up to what the summaries say."""

    result_type: str
    failed_session_count: int
    detail_count: int
    domain_count: int
    first_seen: Day
    last_seen: Day


class TlsDayFigures(Wire):
    date: Day
    successful: int
    failed: int


class TlsOverview(Wire):
    begin: Day
    end: Day
    total_successful: int = Field(description="Sessions, as the summaries of the reports say.")
    total_failed: int
    unexplained: int = Field(description="Failed sessions of which no detail tells the cause.")
    failures: list[TlsCause]
    days: list[TlsDayFigures]


class TlsPolicyItem(Wire):
    """What senders found of a domain, over the period."""

    id: str = Field(examples=["tlsp_190227540221"])
    domain_id: str = Field(examples=["ud_19"])
    p_type: str = Field(description="`sts`, `tlsa` or `no-policy-found`; others as reported.")
    p_domain: str
    sts_p_mode: str = Field(description="`enforce`, `testing`, or `none`: also where there is no MTA-STS.")
    sum_success: int = Field(description="Sessions, as the summaries of the reports say.")
    sum_failed: int
    last_seen: Timestamp


class TlsPolicyCause(Wire):
    result_type: str
    failed_session_count: int
    detail_count: int


class TlsPolicyDetail(TlsPolicyItem):
    failures: list[TlsPolicyCause] = Field(description="By the details of the reports.")
