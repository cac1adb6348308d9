"""The records that a domain has now, by kind, as the owner of a zone sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.core.watching.looking import alias_of
from shared.core.watching.states import DnsState, Part


@dataclass(frozen=True, slots=True)
class LiveRecord:
    """``content`` of TXT has its quotes. ``resolved`` of a CNAME is the text at the end of it, None for other
    types. ``id`` is the same for the same record at every look."""

    id: str
    content: str
    name: str
    ttl: int | None
    type: str
    resolved: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LiveRecords:
    bimi_records: tuple[LiveRecord, ...] = ()
    cname_dkim_records: tuple[LiveRecord, ...] = ()
    cname_dmarc_records: tuple[LiveRecord, ...] = ()
    cname_spf_records: tuple[LiveRecord, ...] = ()
    dkim_records: tuple[LiveRecord, ...] = ()
    dmarc_records: tuple[LiveRecord, ...] = ()
    mta_sts_records: tuple[LiveRecord, ...] = ()
    mx_records: tuple[LiveRecord, ...] = ()
    spf_records: tuple[LiveRecord, ...] = ()
    tls_rpt_records: tuple[LiveRecord, ...] = ()


def live_records(state: DnsState | None) -> LiveRecords:
    """As of the last answer. A TXT record behind a CNAME is shown with the CNAME, and not as the domain's."""
    if state is None:
        return LiveRecords()
    aliases: dict[Part, list[LiveRecord]] = {part: [] for part in Part}
    records: dict[Part, list[LiveRecord]] = {part: [] for part in Part}
    for part in Part:
        for inspection in _inspections(state, part):
            alias = alias_of(inspection)
            if alias is None or _beside(inspection):
                records[part].extend(_published(part, inspection))
            if alias is not None:
                aliases[part].append(_alias(part, inspection, alias))
    return LiveRecords(
        bimi_records=(*aliases[Part.BIMI], *records[Part.BIMI]),
        cname_dkim_records=tuple(aliases[Part.DKIM]),
        cname_dmarc_records=tuple(aliases[Part.DMARC]),
        cname_spf_records=tuple(aliases[Part.SPF]),
        dkim_records=tuple(records[Part.DKIM]),
        dmarc_records=tuple(records[Part.DMARC]),
        mta_sts_records=(*aliases[Part.MTA_STS], *records[Part.MTA_STS]),
        mx_records=tuple(records[Part.MX]),
        spf_records=tuple(records[Part.SPF]),
        tls_rpt_records=(*aliases[Part.TLS_RPT], *records[Part.TLS_RPT]),
    )


def _inspections(state: DnsState, part: Part) -> tuple[Mapping[str, Any], ...]:
    inspection = state.inspection(part)
    if part is Part.MTA_STS_POLICY or not inspection:
        return ()
    return tuple(inspection["keys"]) if part is Part.DKIM else (inspection,)


def _beside(inspection: Mapping[str, Any]) -> bool:
    cname = inspection.get("cname")
    return isinstance(cname, Mapping) and bool(cname.get("beside_text"))


def _published(part: Part, inspection: Mapping[str, Any]) -> Iterator[LiveRecord]:
    kind = "MX" if part is Part.MX else "TXT"
    for text in inspection["records"]:
        content = text if kind == "MX" else _quoted(text)
        yield _record(inspection["query"], kind, content, inspection.get("ttl"))


def _alias(part: Part, inspection: Mapping[str, Any], target: str) -> LiveRecord:
    name = f"_dmarc.{inspection['domain']}" if part is Part.DMARC else inspection["query"]
    resolved = () if _beside(inspection) else tuple(inspection["records"])
    return _record(name, "CNAME", target, inspection.get("ttl"), resolved)


def _record(
    name: str, kind: str, content: str, ttl: int | None, resolved: tuple[str, ...] | None = None
) -> LiveRecord:
    number = hashlib.sha256(f"{name}\n{kind}\n{content}".encode()).hexdigest()[:32]
    return LiveRecord(number, content, name, ttl, kind, resolved)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
