"""Sources, addresses and favourites on the wire."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from shared.core.mail import Trust
from shared.core.senders.identification import Confidence
from shared.core.senders.standing import Standing
from shared.core.stored_filters import MOST_DOMAINS
from shared.edge.schemas import ListMeta, Meta, Timestamp, Wire


class Recognized(Wire):
    """How a sender was told: the most telling proof there was."""

    evidence: str = Field(
        description="`dkim`, `return_path`, `spf_include`, `host_name`, `selector`, `network`, or `none`."
    )
    evidence_value: str = Field(description="What gave it away: a domain, host name, selector, network.")
    confidence: Confidence


class SourceFigures(Wire):
    """Messages, and percentages of them. An SPF or DKIM pass is an aligned one; forwarded messages failed
    DMARC and were let through as forwarded or list mail."""

    total_volume: int
    passed_dmarc: float = Field(description="Percentage that passed DMARC.")
    passed_dmarc_without_forwarded: float = Field(description="The same, of all that was not forwarded.")
    passed_spf: float
    passed_dkim: float
    quarantined: int
    rejected: int
    forwarded: int
    standing: Standing = Field(description="That of most of its messages.")
    standings: dict[Standing, int] = Field(description="Messages by standing.")
    first_seen: dt.date
    last_seen: dt.date


class SendingAddress(Wire):
    ip: str
    hostname: str | None
    hostname_confirmed: bool = Field(description="Whether the name leads back to the address.")
    header_from: list[str]
    source_number: int = Field(description="Number of the sender, as `/sources` has it.")
    sender_domain: str
    sender_name: str
    category: str
    country: str | None = Field(examples=["Germany"])
    country_code: str | None = Field(description="ISO 3166-1, by registration of the address.")
    city: str | None
    asn: int | None
    network: str | None
    is_favorite: bool


class DomainAddress(SourceFigures, Recognized, SendingAddress):
    """An address that sent as the domain, on the days asked for."""

    first_seen_ever: dt.date = Field(description="Over all reports, not only those of the asked days.")
    last_seen_ever: dt.date


class AuthResult(Wire):
    type: str = Field(description="`spf` or `dkim`.")
    domain: str
    result: str | None
    selector: str | None = Field(description="Of DKIM.")
    scope: str | None = Field(description="Of SPF: `mfrom` or `helo`.")
    human_result: str | None


class AddressRow(Recognized):
    """A row of a report. Of several signatures and checks the fields without `auth` show the one that speaks
    for the message: by which it passed DMARC, else one that passed, else the first."""

    report_id: str = Field(examples=["rpt_1234"])
    report_source: str = Field(description="Who reported.")
    begin: Timestamp
    end: Timestamp
    created_at: Timestamp = Field(description="When the report came.")
    trust: Trust
    ip: str
    ip_domain: str | None = Field(description="Host name of the address.")
    hostname_confirmed: bool
    country: str | None
    country_code: str | None
    city: str | None
    sender_domain: str
    sender_name: str
    total_volume: int
    standing: Standing
    domain: str = Field(description="The author's domain (header-from).")
    envelope_from: str | None
    envelope_to: str | None
    applied_policy: str
    published_policy: str | None
    passed_dmarc: bool
    aligned_spf: bool
    spf_result: str
    spf_domain: str | None
    aligned_dkim: bool
    dkim_result: str
    dkim_domain: str | None
    override_reason: str | None = Field(description="All reasons, separated by commas.")
    override_comment: str | None
    spf_auth: list[AuthResult]
    dkim_auth: list[AuthResult]


class RowsMeta(Meta):
    has_more: bool
    next_cursor: str | None = Field(
        description="Ask for the next page with it; null on the last one. A page before it may hold few rows "
        "or none when a filter matches little."
    )


class AddressRowList(Wire):
    data: list[AddressRow]
    meta: RowsMeta


class Favorite(Wire):
    ip: str = Field(examples=["2001:db8::1"])
    is_favorite: bool = True


class ApprovedTraffic(Wire):
    """What came from the networks of one approved source; an address in those of several counts for each."""

    slug: str
    name: str
    domain: str
    resolved_at: Timestamp | None = Field(description="When its networks were last found; null: never yet.")
    network_count: int
    seen: bool
    address_count: int
    total_volume: int
    passed_dmarc: float
    passed_spf: float
    passed_dkim: float
    first_seen: dt.date | None
    last_seen: dt.date | None


class UnapprovedAddress(Wire):
    ip: str
    sender_name: str
    standing: Standing
    total_volume: int
    passed_dmarc: float


class ApprovedComparison(Wire):
    domain: str
    start_date: dt.date
    end_date: dt.date
    total_volume: int
    sources: list[ApprovedTraffic]
    unapproved_volume: int = Field(description="From addresses in no network of any of them.")
    unapproved_count: int
    unapproved: list[UnapprovedAddress] = Field(description="Most messages first, 100 at most.")


class NumberedSource(Recognized):
    source_number: int
    sender_domain: str
    sender_name: str
    category: str = Field(description="`unknown` when it is in no catalogue.")


class AccountSource(SourceFigures, NumberedSource):
    """A source with what it sent as all domains that are in sight."""

    domain_count: int


class SourceDomain(SourceFigures, NumberedSource):
    """What a source sent as one domain."""

    domain_id: str = Field(examples=["ud_19"])
    domain: str


class SourcesMeta(ListMeta):
    refreshed: Timestamp | None = Field(description="When the figures were summed up; null: not yet.")
    start_date: dt.date
    end_date: dt.date


class AccountSourceList(Wire):
    data: list[AccountSource]
    meta: SourcesMeta


class SourceDomainList(Wire):
    data: list[SourceDomain]
    meta: SourcesMeta


class SourceRefresh(Wire):
    refreshed: Timestamp | None = Field(description="When the figures were last summed up; null: not yet.")
    requested: Timestamp | None = Field(description="When that was last asked for.")


class CreateSourceFilter(Wire):
    domains: list[Annotated[str, Field(max_length=300)]] = Field(
        description=f"Ids or names, {MOST_DOMAINS:,} at most.", examples=[["ud_19", "example.com"]]
    )


class SourceFilter(Wire):
    id: str = Field(examples=["sf_7"])
    domains: list[str] = Field(description="Those that you see.", examples=[["ud_19"]])
    created: Timestamp
