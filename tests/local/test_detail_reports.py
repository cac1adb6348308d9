"""A detail report on the deployed stack: asked, worked on, read, deleted."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from tests.fixtures.reports import Record, aggregate_xml
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant, until

DAYS: Final = 9
_MIDNIGHT: Final = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def records(tenant: Tenant, back: int) -> list[Record]:
    spoofed = Record("198.51.100.9", 3, "none", "fail", "fail", header_from=tenant.domain, dkim=(), spf=())
    rejected = Record("198.51.100.8", 2, "reject", "fail", "fail", header_from=tenant.domain, dkim=(), spf=())
    return [
        *(Record(f"192.0.2.{spot}", back + spot, header_from=tenant.domain) for spot in range(1, 4)),
        *([spoofed, rejected] if back % 2 else []),
    ]


def upload(tenant: Tenant) -> list[Record]:
    brought, uploads = [], []
    for back in range(1, DAYS, 2):
        begin = int((_MIDNIGHT - timedelta(days=back)).timestamp())
        content = aggregate_xml(
            records=records(tenant, back),
            domain=tenant.domain,
            begin=begin,
            end=begin + 86_399,
            report_id=uuid4().hex,
        )
        sent = tenant.ask("POST", "/reports", content=content, headers={"Content-Type": "application/xml"})
        assert sent.status_code == 202, sent.text
        uploads.append(sent.json()["data"]["id"])
        brought += records(tenant, back)
    until(lambda: all(tenant.data(f"/uploads/{each}")["status"] == "done" for each in uploads))
    total = sum(record.count for record in brought)
    stats = f"/domains/{tenant.domain}/stats"
    until(lambda: tenant.data(stats)["totals"]["total_messages"] == total)
    return brought


def day(back: int) -> str:
    return (_MIDNIGHT - timedelta(days=back)).date().isoformat()


def test_a_detail_report_says_what_the_rows_say(stack: RunningStack) -> None:
    tenant = open_tenant(stack)
    brought = upload(tenant)
    asked: dict[str, Any] = {"start_date": day(DAYS), "end_date": day(0), "domains": [tenant.domain]}

    begun = tenant.ask("POST", "/detail-reports", json=asked)
    assert begun.status_code == 202, begun.text
    here = f"/detail-reports/{begun.json()['data']['token']}"
    early = tenant.ask("GET", f"{here}/sources")
    assert early.status_code in {200, 404}
    seen = until(lambda: found if (found := tenant.data(f"{here}/progress"))["value"] == 100 else None)
    assert seen == {"label": "finished", "value": 100}

    sent: Counter[str] = Counter()
    for record in brought:
        sent[record.source_ip] += record.count
    rows = tenant.data(f"{here}/domains", ordering="ip")
    assert [(row["ip"], row["message_count"]) for row in rows] == sorted(sent.items())
    told = tenant.ask("GET", f"{here}/domains", params={"format": "csv", "ordering": "ip"})
    lines = list(csv.DictReader(io.StringIO(told.text)))
    assert [(line["IP"], int(line["Count"])) for line in lines] == sorted(sent.items())
    sources = tenant.data(f"{here}/sources")
    listed = [source for standing in sources["source_counts"] for source in sources[standing]]
    assert sum(source["message_count"] for source in listed) == sum(sent.values())
    assert sum(source["affected_count"] for source in listed) == sent["198.51.100.9"]
    timeline = tenant.data(f"{here}/charts")["timeline"]
    assert len(timeline) == DAYS + 1
    assert sum(sum(each[standing] for standing in sources["source_counts"]) for each in timeline) == sum(
        sent.values()
    )
    number = listed[0]["source_number"]
    servers = tenant.data(f"{here}/sources/{number}", ordering="server_name")
    assert {server["server_name"] for server in servers} <= set(sent)

    again = tenant.ask("POST", "/detail-reports", json=asked)
    assert (again.status_code, again.json()["data"]["links"]["self"]) == (200, f"/v1{here}")
    assert tenant.ask("DELETE", here).status_code == 204
    assert tenant.ask("GET", f"{here}/sources").status_code == 404
