"""Hosted records, and records to be published, on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.core.hosting.policies import LONGEST_AGE
from shared.core.record_generator import LONGEST as LONGEST_RECORD
from shared.edge.schemas import Timestamp, Wire
from shared.mailauth.findings import Finding

MOST_ADDRESSES = 50
MOST_HOSTS = 50

Word = Annotated[str, Field(max_length=20)]
Addresses = Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=MOST_ADDRESSES)]
Hosts = Annotated[list[Annotated[str, Field(max_length=1_000)]], Field(max_length=MOST_HOSTS)]
OverallStatus = Literal["ready", "action_required", "pending"]


class HostedCname(Wire):
    host: str = Field(description="Make a CNAME of this name...", examples=["_dmarc.example.com"])
    type: Literal["CNAME"] = "CNAME"
    expected_value: str = Field(
        description="...that leads here.", examples=["mfrggzdfmztwq2lkmnsa.h1.postseal.example"]
    )
    current_value: str | None = Field(description="What stands at the name instead, or as well.")
    status: Literal["verified", "awaiting_setup", "misconfigured"]
    reason: str = Field(
        description="What is wrong with a misconfigured one: `other_target`, `unresolvable_target`, "
        "`flattened` or `not_a_cname`."
    )
    error: str = Field(description="Why the DNS could not be asked just now; the rest is as last seen.")
    checked_at: Timestamp | None


class HostedText(Wire):
    host: str
    type: Literal["TXT"] = "TXT"
    value: str
    status: Literal["published", "queued"] = Field(
        description="`published` once all name servers have it and it was seen from outside."
    )


class HostedRecord(Wire):
    cname: HostedCname
    txt_record: HostedText


class HostedFile(Wire):
    """The policy, and the web host that serves it under the domain's own name."""

    url: str = Field(examples=["https://mta-sts.example.com/.well-known/mta-sts.txt"])
    status: Literal["active", "pending", "unreachable"]
    host_state: str = Field(
        description="`off`, `waiting-dns`, `requesting-cert`, `validating`, `active`, `failed` (tried again "
        "later), `expired` or `disabling`."
    )
    reason: str = Field(description="Why the host is in this state, where it failed or has to wait.")


class DmarcVerification(Wire):
    """What the DNS holds now."""

    overall_status: OverallStatus = Field(
        description="`ready`: all is in place. `action_required`: the domain's owner has something to do. "
        "`pending`: we have, or the DNS does not answer."
    )
    cname: HostedCname
    txt_record: HostedText


class MtaStsVerification(Wire):
    """What the DNS and the policy's host hold now; null is what was not asked for."""

    overall_status: OverallStatus
    policy_cname: HostedCname | None
    policy_file: HostedFile | None
    mta_sts_record: HostedRecord | None
    tls_rpt_record: HostedRecord | None


class HostedDmarc(Wire):
    enabled: bool
    revision: int = Field(description="Counts your changes; the `ETag`.")
    overall_status: OverallStatus | None = Field(description="As last seen; null where it is off.")
    record: str | None = Field(description="What is hosted, also after it was switched off.")
    default_record: str = Field(description="What is hosted unless you say otherwise.")
    disabled_at: Timestamp | None
    cname: HostedCname | None = Field(description="Null as long as nothing was ever hosted.")
    txt_record: HostedText | None
    findings: list[Finding]


class HostedPolicy(Wire):
    mode: Literal["enforce", "testing", "none"]
    mx: list[str]
    max_age: int = Field(description="Seconds.")
    body: str = Field(description="The policy file.")


class HostedMtaSts(Wire):
    enabled: bool
    revision: int = Field(description="Counts your changes; the `ETag`.")
    overall_status: OverallStatus | None = Field(description="As last seen; null where it is off.")
    policy: HostedPolicy | None = Field(
        description="What is to be served. For a while after it was switched off that is one of mode none, "
        "which tells senders to forget the others."
    )
    served_policy: HostedPolicy | None = Field(description="What was last seen live.")
    policy_id: str | None = Field(description="The last id in the record; it follows the policy, once live.")
    disabled_at: Timestamp | None
    host_since: Timestamp | None = Field(description="When the policy's host came into its state.")
    policy_cname: HostedCname | None
    policy_file: HostedFile | None
    mta_sts_record: HostedRecord | None
    tls_rpt_record: HostedRecord | None
    findings: list[Finding]


class HostedServices(Wire):
    domain: str
    parked: bool
    dmarc: HostedDmarc
    mta_sts: HostedMtaSts
    cname_records: list[HostedCname] = Field(description="All that are needed for what is switched on.")


class HostDmarc(Wire):
    record: str | None = Field(
        default=None,
        max_length=2 * LONGEST_RECORD,
        description=f"At most {LONGEST_RECORD} characters. It keeps our reporting address in `rua` and "
        "`ruf`; of a parked domain it says p=reject and sp=reject. Left out, it is the one that was hosted "
        "last, or the default.",
        examples=["v=DMARC1; p=reject; rua=mailto:x@reports.example; ruf=mailto:x@reports.example"],
    )


class HostMtaSts(Wire):
    """What is left out stays as it is; at first it is mode testing, a day, and the domain's MX hosts."""

    mode: Word | None = Field(default=None, description="`enforce`, `testing` or `none`.")
    mx: Hosts | None = Field(
        default=None, description="Names of mail hosts, or `*.` and a name.", examples=[["mx.example.com"]]
    )
    max_age: int | None = Field(
        default=None, description=f"Seconds: 86400 (a day) to {LONGEST_AGE}.", examples=[604_800]
    )


Policy = Annotated[Word, Field(json_schema_extra={"enum": ["none", "quarantine", "reject"]})]
Testing = Annotated[Word, Field(json_schema_extra={"enum": ["y", "n"]})]
Suffix = Annotated[Word, Field(json_schema_extra={"enum": ["u", "y", "n"]})]
Alignment = Annotated[Word, Field(json_schema_extra={"enum": ["r", "s"]})]


class DmarcWishes(Wire):
    """What a DMARC record is to say; what is left out has its default."""

    p: Policy | None = Field(
        default=None,
        description="`none`, `quarantine` or `reject`. Left out: `none`, of parked domains `reject`.",
    )
    sp: Policy | None = Field(default=None, description="As `p`, for subdomains.")
    np: Policy | None = Field(default=None, description="As `p`, for subdomains that do not exist.")
    t: Testing | None = Field(default=None, description="`y` asks for one step less than the policy says.")
    psd: Suffix | None = Field(default=None, description="`u`, `y` or `n`.")
    adkim: Alignment | None = Field(default=None, description="`r` or `s`.")
    aspf: Alignment | None = Field(default=None, description="`r` or `s`.")
    fo: Word | None = Field(default=None, description="`0`, `1`, `d`, `s`, joined by colons.")
    pct: int | None = Field(
        default=None, ge=0, le=100, description="Of the past: it is translated to `t`, never published."
    )
    additional_rua_emails: Addresses = Field(default=[], description="Beside our own address.")
    additional_ruf_emails: Addresses = Field(default=[], description="Beside our own address.")


class GenerateDmarcRecord(DmarcWishes):
    publish: bool = Field(default=False, description="Host it, too. Hosted DMARC has to be on.")


class GeneratedDmarcRecord(Wire):
    name: str = Field(examples=["_dmarc.example.com"])
    type: Literal["TXT"] = "TXT"
    record: str
    length: int = Field(description="Octets.")
    max_length: int
    strings: int = Field(description="Character-strings that the TXT record takes.")
    published: bool
    findings: list[Finding]


class RecordToPublish(Wire):
    name: str
    type: str
    value: str
    purpose: str


class ParkedRecords(Wire):
    domain: str
    records: list[RecordToPublish]
