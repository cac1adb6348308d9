"""Domains, and what the reports say of them, on the wire."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from functions.api.domains.sender_schemas import SenderAlignment
from shared.core.domains import DmarcPolicy, Presence
from shared.core.parked_credits import ParkedStatus
from shared.core.senders.identification import Confidence
from shared.core.senders.standing import Standing
from shared.core.watching.wanted import LONGEST
from shared.edge.schemas import Timestamp, Wire

Reference = Annotated[str, Field(max_length=300)]


class ReportKinds(Wire):
    """Which reports of the domain are kept; others are quarantined when they come."""

    aggregate: bool
    failure: bool
    tls: bool


class DnsSummary(Wire):
    """The last check in short."""

    dmarc_policy: DmarcPolicy = Field(description="What applies to mail from this very domain.")
    dmarc_policy_inherited: bool = Field(description="Whether a domain above says it.")
    spf_lookups: int | None
    has_errors: bool
    nxdomain: bool | None = Field(description="Whether the name is not in the DNS; null if not known.")
    state_dmarc: Presence
    state_spf: Presence
    state_dkim: Presence
    mx_txt: str = Field(description="The MX records, most preferred first, as far as they fit.")
    soa_txt: str = Field(description="First server and mailbox of a zone that begins at the domain.")


class DomainTag(Wire):
    id: str = Field(examples=["tag_7"])
    name: str
    color: str = Field(examples=["#64748B"])


class Domain(Wire):
    id: str = Field(examples=["ud_19"])
    domain: str = Field(examples=["example.com"])
    active: bool
    dns_status: str = Field(description="`pending`, `valid`, `invalid`, `missing` or `error`.")
    dns_status_message: str
    activated_at: Timestamp | None
    created_at: Timestamp
    reporting_address: str = Field(description="Send reports here, or to the account's address.")
    report_kinds: ReportKinds
    notes: str
    is_verified: bool = Field(description="Whether it was shown to be yours; before, it receives nothing.")
    parked: bool = Field(description="Whether it is meant to send no mail at all.")
    parked_domain_credits: int | None = Field(
        description="Of a parked domain: messages that the plan has left this month, for all of them."
    )
    parked_domain_status: ParkedStatus | None = Field(
        description="`credits_used_up` when none is left: reports are kept, but no further domain is parked."
    )
    is_subdomain: bool
    top_level: bool = Field(description="Whether it is shown as a domain of its own.")
    dns: DnsSummary
    groups: list[str] = Field(
        description="Beside the default group, those that you have access to.", examples=[["grp_7"]]
    )
    tags: list[DomainTag]


class Figures(Wire):
    """Messages by what the receivers say: `accepted` is neither quarantined nor rejected; an SPF or DKIM
    pass is an aligned one; `forwarded` failed DMARC and were let through as forwarded or list mail."""

    reports: int
    total_messages: int
    accepted: int
    quarantined: int
    rejected: int
    spf_pass: int
    spf_fail: int
    dkim_pass: int
    dkim_fail: int
    dmarc_pass: int
    dmarc_fail: int
    forwarded: int
    count_dmarc_capable: int = Field(description="Messages of sources that can pass DMARC, passed or not.")
    count_non_dmarc_capable: int = Field(description="Of senders whose customers cannot align.")
    count_forwarded: int = Field(description="Passed on by somebody.")
    count_threat_other: int = Field(description="Of sources that proved nothing.")


class Totals(Figures):
    pass_rate: float | None = Field(description="Percentage that passed DMARC; null without messages.")


class ListedDomain(Domain):
    """With what was sent as it in the last 7 days, by reports of every trust class."""

    volume: int = Field(description="Messages of the last 7 days; the sum of the next four.")
    count_dmarc_capable: int = Field(description="Of sources that can pass DMARC, passed or not.")
    count_non_dmarc_capable: int = Field(description="Of senders whose customers cannot align.")
    count_forwarded: int = Field(description="Passed on by somebody.")
    count_threat_other: int = Field(description="Of sources that proved nothing.")


class DomainDetail(ListedDomain):
    verified_at: Timestamp | None
    last_checked_at: Timestamp | None
    deactivated_at: Timestamp | None
    updated_at: Timestamp
    stats_30d: Totals


class RemovedDomain(Wire):
    id: str
    domain: str
    deleted: bool = True


class AddDomain(Wire):
    domain: str = Field(examples=["newdomain.com"], description="A registrable domain or one below it.")
    parked: bool = Field(default=False, description="It is meant to send no mail at all.")
    group_id: Annotated[str, Field(max_length=30)] | None = Field(
        default=None,
        description="The group that it comes into: one that you may write to. A domain in a parked group is "
        "parked.",
        examples=["grp_7"],
    )
    tag_ids: list[Reference] = Field(default=[], description="Tags of the account.", examples=[["tag_7"]])
    tag_names: list[Reference] = Field(default=[], description="The same, by name.")


class ChangeReportKinds(Wire):
    aggregate: bool | None = None
    failure: bool | None = Field(
        default=None, description="Failure reports hold personal data of third parties: off by default."
    )
    tls: bool | None = None


class ChangeDomain(Wire):
    """What is left out stays as it is."""

    notes: str | None = Field(default=None, description="At most 4,000 characters.")
    report_kinds: ChangeReportKinds | None = None
    parked: bool | None = None
    top_level: bool | None = Field(default=None, description="Show a subdomain as a domain of its own.")
    wanted_dmarc_record: str | None = Field(
        default=None,
        description=f"The record that should be published, {LONGEST} characters at most; empty for ours.",
    )
    group_id: Annotated[str, Field(max_length=30)] | None = Field(
        default=None,
        description="A group that it enters, staying in its others. For admins.",
        examples=["grp_7"],
    )
    tag_ids: list[Reference] | None = Field(
        default=None, description="With `tag_names` all the tags that it is to have.", examples=[["tag_7"]]
    )
    tag_names: list[Reference] | None = Field(default=None, description="The same, by name.")


class PublishedRecord(Wire):
    name: str = Field(examples=["_postseal.example.com"])
    type: str = Field(examples=["TXT"])
    value: str = Field(examples=["postseal-verification=8e0cb28ba80b44e1b4d0cd1e1aa4b5d0f2a1c3e4"])


class OwnershipCheck(Wire):
    proof: str = Field(
        description="`txt_record`, `cname_record`, `reporting_address` or `parent_domain`.",
    )
    name: str = Field(description="Where it was looked for.")
    status: str = Field(description="`found`, `missing`, or `error` when the DNS gave no answer.")
    detail: str


class Verification(Wire):
    domain: str
    is_verified: bool
    verified_at: Timestamp | None
    proof: str | None = Field(description="What verified it first; null if that was before proofs were kept.")
    record: PublishedRecord = Field(description="Publish this to verify the domain.")
    alias: PublishedRecord = Field(description="Or this, in its place.")
    checks: list[OwnershipCheck] = Field(description="What the DNS holds now; one proof is enough.")


class Dated(Wire):
    date: dt.date


class DayFigures(Figures, Dated):
    """The figures of one day."""

    # ``date`` is shown first: the fields of the last base come before all others.


class Stats(Wire):
    domain: str
    start_date: dt.date = Field(description="The asked day, or the first that the plan keeps.")
    end_date: dt.date
    totals: Totals
    daily_stats: list[DayFigures] = Field(description="Every day in order, zeros where nothing came.")


class Range(StrEnum):
    TWO_DAYS = "48h"
    WEEK = "7d"
    MONTH = "30d"


class SourceAddress(Wire):
    ip: str
    hostname: str | None
    hostname_confirmed: bool = Field(description="Whether the name leads back to the address.")
    country: str | None = Field(description="ISO 3166-1 code, by registration of the address.")
    city: str | None
    asn: int | None
    network: str | None
    total_messages: int
    accepted: int
    quarantined: int
    rejected: int
    spf_aligned: int
    dkim_aligned: int
    dmarc_pass: int
    forwarded: int
    dkim_domains: list[str]
    spf_domains: list[str]
    header_from: list[str]
    standing: Standing = Field(description="That of most of its messages.")
    standings: dict[Standing, int] = Field(description="Messages by standing.")
    evidence: str = Field(description="What it was recognised by.")
    evidence_value: str
    confidence: Confidence
    first_seen: dt.date
    last_seen: dt.date
    first_seen_ever: dt.date = Field(description="Over all reports, not only those of the asked days.")
    last_seen_ever: dt.date


class Source(Wire):
    sender_domain: str = Field(examples=["google.com"])
    sender_name: str = Field(examples=["Google"])
    source_id: int = Field(description="A number of the sender, the same in every deployment.")
    category: str
    standing: Standing = Field(description="That of most of its messages.")
    standings: dict[Standing, int] = Field(description="Messages by standing.")
    evidence: str = Field(description="The most telling proof of who it is, `none` without any.")
    evidence_value: str = Field(description="What gave it away: a domain, host name, selector, network.")
    confidence: Confidence
    alignment: SenderAlignment | None = Field(description="What its customers do; null where not known.")
    total_messages: int
    accepted: int
    quarantined: int
    rejected: int
    forwarded: int
    spf_alignment: float = Field(description="Percentage of messages that passed SPF aligned.")
    dkim_alignment: float
    dmarc_alignment: float
    ip_count: int
    first_seen: dt.date
    last_seen: dt.date
    first_seen_ever: dt.date = Field(description="Over all reports, not only those of the asked days.")
    last_seen_ever: dt.date
    ips: list[SourceAddress] = Field(description="Most messages first; `ip_count` counts those left out too.")


class Sources(Wire):
    domain: str
    range: Range | None
    date: dt.date | None
    start_date: dt.date
    end_date: dt.date
    source_count: int
    sources: list[Source] = Field(description="Most messages first, 1,000 at most.")


class ReportedStatus(StrEnum):
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class Reporter(Wire):
    reporter: str = Field(examples=["google.com"])
    reports: int
    messages: int
    accepted: int = Field(description="Messages that were neither quarantined nor rejected.")
    quarantined: int
    rejected: int
