"""Detail reports on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.core.detail.jobs import Status
from shared.core.mail import Trust
from shared.core.senders.identification import Confidence
from shared.core.senders.standing import Standing
from shared.edge.schemas import Day, Meta, Timestamp, Wire

_MOST = 500
_Text = Annotated[str, Field(max_length=253)]
_Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Texts = Annotated[list[_Text], Field(max_length=_MOST)]
_LETTERS = "A word, or the letter that dmarcian's API has for it: "
_SPF = "none `n`, neutral `?`, pass `+`, fail `-`, softfail `~`, temperror `T`, permerror `P`, unknown `X`."
_DKIM = "none `n`, pass `+`, fail `-`, policy `y`, neutral `?`, temperror `T`, permerror `P`, unknown `X`."
_DISPOSITIONS = "unknown `?`, none `n`, quarantine `q`, reject `r`."


class DetailFilters(Wire):
    domains: _Texts = Field(
        default=[], examples=[["ud_19"]], description="Ids or names; every domain that you see, if empty."
    )
    start_date: Day = Field(description="First day, UTC.")
    end_date: Day = Field(description="Last day, UTC, included; no later than today.")
    filter_option: _Text = Field(
        default="n",
        description="`n` all rows; `x` those that failed DMARC; `d` those that passed; `o` those that a "
        "stricter policy would have changed: they failed DMARC and were neither quarantined nor rejected. "
        "Also `none`, `non_compliant`, `compliant`, `impact`.",
    )
    providers: _Texts = Field(
        default=[],
        examples=[["google.com"]],
        description="Reporters, by organisation or by the domain of their address, in any case.",
    )
    trust: Annotated[list[Trust], Field(max_length=3)] = Field(
        default=[], description="How the reports' own mail authenticated."
    )
    ip_cidr: _Text = Field(default="", examples=["192.0.2.0/24"])
    country_code: _Texts = Field(default=[], examples=[["DE"]], description="ISO 3166-1 alpha-2.")
    spf_result: _Texts = Field(default=[], description=_LETTERS + _SPF)
    spf_policy: _Text = Field(default="", description="`p` (pass): SPF is aligned; `f` (fail): it is not.")
    dkim_result: _Texts = Field(default=[], description=_LETTERS + _DKIM)
    dkim_policy: _Text = Field(default="", description="As `spf_policy`.")
    dmarc_policy: _Texts = Field(
        default=[],
        description=f"What the receiver did. {_LETTERS}{_DISPOSITIONS}",
    )
    rule_number: Annotated[list[_Number], Field(max_length=_MOST)] = Field(
        default=[], description="Source numbers: rows of these senders only."
    )
    spf_domain: _Text = Field(default="", description="Checked by SPF, or a domain above it.")
    ptr: _Text = Field(default="", description="The host's name, or a domain above it.")
    override_comment: _Text = Field(default="", description="Part of it, in any case.")


class DetailProgress(Wire):
    label: str = Field(examples=["reading reports"])
    value: int = Field(ge=0, le=100, description="Per cent. Results can be read at 100.")


class DetailLinks(Wire):
    self: str
    progress: str
    sources: str
    domains: str
    charts: str


class DetailReport(Wire):
    token: str = Field(examples=["1yX5dqKc0Zt8mPw3"])
    status: Status
    progress: DetailProgress
    reason: str | None = Field(description="Why it failed.")
    created_at: Timestamp
    ended_at: Timestamp | None
    expires_at: Timestamp = Field(description="When it is deleted.")
    filters: DetailFilters = Field(description="What was asked; words in place of letters.")
    links: DetailLinks


class DetailReportMeta(Meta):
    has_more: bool
    next_cursor: str | None = Field(description="Ask for the next page with it; null on the last one.")


class DetailReportList(Wire):
    data: list[DetailReport]
    meta: DetailReportMeta


class _Figures(Wire):
    message_count: int
    ip_count: int
    dmarc_pass_percent: float = Field(description="Of messages that passed DMARC.")
    dmarc_pass_percent_without_forwarded: float = Field(
        description="The same, without messages that receivers let through as forwarded or list mail."
    )
    spf_pass_percent: float = Field(description="Of messages with aligned SPF.")
    dkim_pass_percent: float
    affected_count: int = Field(
        description="Messages that failed DMARC and were neither quarantined nor rejected: a stricter policy "
        "would stop these, but for the next."
    )
    forwarded_count: int = Field(
        description="Of those, what the receiver let through as forwarded or list mail, and might again."
    )


class DetailSource(_Figures):
    source_number: int
    standing: Standing
    name: str
    domain: str
    category: str
    evidence: str = Field(description="The most telling proof of who it is, `none` without any.")
    evidence_value: str = Field(description="What gave it away: a domain, host name, selector, network.")
    confidence: Confidence


class DetailSourceCounts(Wire):
    dmarc_capable: int
    non_compliant: int
    forwarders: int
    threat_unknown: int


class DetailSources(Wire):
    dmarc_capable: list[DetailSource]
    non_compliant: list[DetailSource]
    forwarders: list[DetailSource]
    threat_unknown: list[DetailSource]
    source_counts: DetailSourceCounts = Field(description="How many there are of each, beyond those listed.")


class DetailServer(_Figures):
    server_name: str = Field(description="The confirmed host name; the address where there is none.")


class DetailRow(Wire):
    from_domain: str
    ip: str
    ptr: str = Field(description="Empty where no host name is known.")
    ptr_org: str = Field(description="The registrable domain of it.")
    country_code: str
    message_count: int
    policy_applied: str
    reason: str = Field(description="Types of the overrides, comma separated.")
    override_comment: str
    dkim_policy_result: str
    dkim_result: str
    dkim_d: str
    spf_policy_result: str
    spf_result: str
    spf_d: str
    source_number: int
    source_name: str
    standing: Standing


CSV_HEADINGS = {
    "from_domain": "Header-From",
    "ip": "IP",
    "ptr": "PTR",
    "country_code": "CC",
    "message_count": "Count",
    "policy_applied": "Policy-Applied",
    "reason": "OverrideReason",
    "dkim_policy_result": "DKIM_Alignment",
    "dkim_result": "DKIM_Result",
    "dkim_d": "DKIM_Domain",
    "spf_policy_result": "SPF_Alignment",
    "spf_result": "SPF_Result",
    "spf_d": "SPF_Domain",
}
"""The columns of dmarcian's Detail Viewer."""


class DetailDay(DetailSourceCounts):
    date: date


class DetailCharts(Wire):
    timeline: list[DetailDay] = Field(description="Messages of each day by standing.")
