"""Hostings as items of the table, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, in_index
from shared.core.hosting.hosting import Dmarc, HostedRecord, Hosting, HostState, MtaSts
from shared.core.hosting.hosting import Host as PolicyHost
from shared.core.hosting.names import HostedZone, Service
from shared.core.hosting.policies import Mode, Policy
from shared.core.hosting.sightings import CnameStatus, Pointing
from shared.core.ids import AccountId, DomainId
from shared.core.segments import pack_document, unpack_document


def hosting_item(hosting: Hosting) -> Item:
    said = [
        *(hosting.name, hosting.zone.id, hosting.zone.name, hosting.created, hosting.departed),
        {service.value: asdict(record) for service, record in hosting.records.items()},
        asdict(hosting.dmarc),
        asdict(hosting.mta_sts),
    ]
    return {
        **keys.hosting(hosting.account, hosting.domain)._asdict(),
        **in_index(keys.hosting_of(hosting.account, hosting.domain)),
        "version": hosting.version,
        "hosting": pack_document(said),
    }


def hosting_of(account: AccountId, domain: DomainId, item: Item) -> Hosting:
    name, zone_id, zone_name, created, departed, records, dmarc, mta_sts = unpack_document(item["hosting"])
    return Hosting(
        account=account,
        domain=domain,
        name=name,
        zone=HostedZone(zone_id, zone_name),
        created=created,
        records={Service(service): _record(held) for service, held in records.items()},
        dmarc=Dmarc(**dmarc),
        mta_sts=_mta_sts(mta_sts),
        departed=departed,
        version=item["version"],
    )


def _record(held: dict[str, Any]) -> HostedRecord:
    cname = held["cname"]
    pointing = Pointing(**{**cname, "status": CnameStatus(cname["status"])})
    return HostedRecord(**{**held, "cname": pointing})


def _mta_sts(held: dict[str, Any]) -> MtaSts:
    host = held["host"]
    return MtaSts(
        **{
            **held,
            "policy": _policy(held["policy"]),
            "served": _policy(held["served"]),
            "host": PolicyHost(**{**host, "state": HostState(host["state"])}),
        }
    )


def _policy(held: dict[str, Any] | None) -> Policy | None:
    return None if held is None else Policy(Mode(held["mode"]), tuple(held["mx"]), held["max_age"])
