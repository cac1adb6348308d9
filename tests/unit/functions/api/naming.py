"""A favourite, a source and a source filter of ``ACCOUNT``."""

from __future__ import annotations

from tests.unit.core.world import ACCOUNT, NOW, fact, row, said
from tests.unit.functions.api.client import Api


def sources(api: Api) -> dict[str, str]:
    """By the parameters of routes that take their ids."""
    api.file(fact(said(row(count=2), report_id="of-sources")))
    assert api.call("PUT", "/domains/ud_19/favorites/192.0.2.1").status == 200
    made = api.post("/source-filters", {"domains": ["ud_19"]})
    assert made.status == 201
    api.snapshots.put(ACCOUNT.id, api.refresher().made(ACCOUNT.id, int(NOW)))
    source = api.get("/sources").data[0]
    return {
        "ip": "192.0.2.1",
        "source_number": str(source["source_number"]),
        "source_filter_id": made.data["id"],
    }
