"""Domains as items."""

from __future__ import annotations

import json

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, in_index
from shared.core.domains import DmarcPolicy, DnsStatus, DnsSummary, Domain, Presence, Proof, ReportKinds
from shared.core.ids import AccountId, DomainId


def item_of(domain: Domain) -> Item:
    listed = in_index(keys.active_domain(domain.account, domain.id)) if domain.active else {}
    return {
        **keys.domain(domain.account, domain.id)._asdict(),
        **listed,
        "id": domain.id,
        "account": domain.account,
        "name": domain.name,
        "token": domain.token,
        "created": domain.created,
        "updated": domain.updated,
        "active": domain.active,
        "activated": domain.activated,
        "deactivated": domain.deactivated,
        "aggregate": domain.kinds.aggregate,
        "failure": domain.kinds.failure,
        "tls": domain.kinds.tls,
        "notes": domain.notes,
        "verified": domain.verified,
        "proof": None if domain.proof is None else domain.proof.value,
        "parked": domain.parked,
        "top_level": domain.top_level,
        "wanted_dmarc": domain.wanted_dmarc,
        "dns_status": domain.dns_status.value,
        "dns_status_message": domain.dns_status_message,
        "dns_checked": domain.dns_checked,
        "dns": _packed_summary(domain.dns),
        "groups": domain.groups,
        "tags": domain.tags,
    }


def domain_of(item: Item) -> Domain:
    return Domain(
        id=DomainId(item["id"]),
        account=AccountId(item["account"]),
        name=item["name"],
        token=item["token"],
        created=item["created"],
        updated=item["updated"],
        active=item["active"],
        activated=item.get("activated"),
        deactivated=item.get("deactivated"),
        kinds=ReportKinds(item["aggregate"], item["failure"], item["tls"]),
        notes=item["notes"],
        verified=_verified(item),
        proof=Proof(item["proof"]) if "proof" in item else None,
        parked=item.get("parked", False),
        top_level=item.get("top_level", False),
        wanted_dmarc=item.get("wanted_dmarc", ""),
        dns_status=DnsStatus(item["dns_status"]),
        dns_status_message=item["dns_status_message"],
        dns_checked=item.get("dns_checked"),
        dns=_summary(item["dns"]) if "dns" in item else DnsSummary(),
        groups=item.get("groups", frozenset()),
        tags=item.get("tags", frozenset()),
    )


def _packed_summary(summary: DnsSummary) -> str:
    return json.dumps(
        [
            *(summary.policy, summary.inherited, summary.spf_lookups, summary.has_errors, summary.exists),
            *(summary.dmarc, summary.spf, summary.dkim, summary.mx, summary.soa),
        ],
        separators=(",", ":"),
    )


def _summary(packed: str) -> DnsSummary:
    policy, inherited, lookups, has_errors, exists, *said = json.loads(packed)
    dmarc, spf, dkim = (Presence(state) for state in said[:3])
    return DnsSummary(
        DmarcPolicy(policy), inherited, lookups, has_errors, exists, dmarc, spf, dkim, *said[3:]
    )


def _verified(item: Item) -> int | None:
    """Domains that were active before there was verification count as verified since then."""
    if "verified" in item or not item["active"]:
        return item.get("verified")
    since: int = item["activated"] if "activated" in item else item["created"]
    return since
