"""A detail report on the deployed stack: asked, worked on, read, deleted."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.local.days_of_reports import DAYS, by_address, day, upload
from tests.local.running import RunningStack
from tests.local.tenants import open_tenant, until


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

    sent = by_address(brought)
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
