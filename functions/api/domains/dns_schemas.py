"""What is known of a domain's DNS on the wire."""

from __future__ import annotations

from pydantic import Field

from shared.core.watching.statuses import Configuration, Reporting, SpfStatus, TransportSecurity
from shared.edge.schemas import Timestamp, Wire
from shared.mailauth.findings import Finding

_STATUS = (
    "`valid`, `invalid`, `missing`; `pending` before the first check, `error` where the DNS never answered."
)


class PartState(Wire):
    """As of the last answer: a failure of the DNS takes nothing away."""

    status: str = Field(description=_STATUS)
    record: str | None = Field(description="The record, the first if there are several.")
    records: list[str]
    since: Timestamp | None = Field(description="When the records were first seen as they are.")
    failing_since: Timestamp | None = Field(description="Since when the DNS gives no answer; else null.")
    last_answer_at: Timestamp | None = Field(description="While it is failing: when it last answered.")
    findings: list[Finding]


class DmarcState(PartState):
    policy: str | None = Field(description="`p` of the record.")
    effective_policy: str | None = Field(description="What applies to mail from this very domain.")
    policy_domain: str | None = Field(description="Whose record applies: the domain's or one above it.")
    dmarctrust_configured: bool | None = Field(description="Whether our reporting address is in the record.")
    configuration: Configuration | None = Field(description="What is wrong with it; null where nothing is.")
    dmarc_status: Reporting = Field(description="`dmarc_active` where reports came in the last 30 days.")
    wanted_record: str = Field(
        description="What should be published: what is hosted, else your wish, else ours."
    )
    dmarc_valid: bool = Field(description="Whether just that is published, in whatever order.")


class SpfState(PartState):
    all_mechanism: str | None = Field(examples=["-all"])
    spf_status: SpfStatus | None = Field(description="Null as long as nothing is known.")
    lookups: int | None = Field(description="DNS look-ups of the worst case; receivers allow 10.")


class DkimKey(PartState):
    selector: str
    service: str = Field(description="Whose selector it is known as.")
    cname: str | None
    key_type: str
    key_bits: int | None
    usable: bool
    revoked: bool
    testing: bool


class DkimState(PartState):
    """Selectors are those that reports name and well-known ones."""

    status: str = Field(description=f"{_STATUS} `unknown` if no key was found: selectors cannot be listed.")
    keys: list[DkimKey]


class MxState(PartState):
    null_mx: bool | None = Field(description="Whether the domain says that it receives no mail.")


class MtaStsState(PartState):
    id: str | None
    mta_sts_status: TransportSecurity
    policy: PartState = Field(description="Of the policy file; `records` are its lines.")


class TlsRptState(PartState):
    """SMTP TLS reporting."""


class BimiState(PartState):
    """Of the selector `default`."""


class LiveRecord(Wire):
    id: str = Field(description="The same for the same record at every check.")
    content: str = Field(description="As in a zone file: text has its quotes.")
    name: str
    ttl: int | None
    type: str = Field(examples=["TXT"])
    resolved: list[str] | None = Field(description="Of a CNAME: the text at its end.")


class LiveRecords(Wire):
    bimi_records: list[LiveRecord]
    cname_dkim_records: list[LiveRecord]
    cname_dmarc_records: list[LiveRecord]
    cname_spf_records: list[LiveRecord]
    dkim_records: list[LiveRecord]
    dmarc_records: list[LiveRecord]
    mta_sts_records: list[LiveRecord]
    mx_records: list[LiveRecord]
    spf_records: list[LiveRecord]
    tls_rpt_records: list[LiveRecord]


class DnsState(Wire):
    """What the last check of the domain's DNS found."""

    domain: str
    last_checked_at: Timestamp | None
    dns_status: str = Field(description="DMARC first, then SPF.")
    dns_status_message: str
    exists: bool | None = Field(description="Whether the name is in the DNS at all.")
    dmarc: DmarcState
    spf: SpfState
    dkim: DkimState
    mx: MxState
    mta_sts: MtaStsState
    tls_rpt: TlsRptState
    bimi: BimiState
    findings: list[Finding] = Field(description="Those that no single record shows.")
    records: LiveRecords = Field(description="The live records by kind.")


class DnsChange(Wire):
    """A change that was seen twice in a row."""

    id: str
    kind: str = Field(examples=["dmarc"])
    changed_at: Timestamp = Field(description="When it was first seen.")
    before: list[str] = Field(examples=[["_dmarc.example.com TXT v=DMARC1; p=none"]])
    after: list[str]


class ApproveSource(Wire):
    name: str = Field(examples=["Mailer"], description="1 to 100 characters.")
    domain: str = Field(examples=["mailer.example"], description="Where the service publishes its SPF.")


class ApprovedSource(Wire):
    slug: str
    name: str
    domain: str
    tag: str = Field(description="A UUID; another one if the source is removed and added anew.")
    ips: list[str] = Field(description="Networks that its SPF record allows.")
    resolved_at: Timestamp | None = Field(description="When they were looked up; null before.")
    trouble: str = Field(description="Why there are none, or only old ones; else empty.")
    created_at: Timestamp
    modified_at: Timestamp
