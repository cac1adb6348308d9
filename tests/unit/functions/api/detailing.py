"""Detail reports for tests of the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.unit.core.world import TODAY, fact, row, said
from tests.unit.functions.api.client import Api

ASKED = {"start_date": "2026-11-10", "end_date": "2026-11-21"}


def filed(api: Api, *days: date) -> None:
    """Reports of a sender that fails, a signer and a forwarder."""
    for number, day in enumerate(days or (TODAY,)):
        rows = (
            row("192.0.2.1", 10 + number),
            row("192.0.2.2", 3, dkim="fail", spf="fail", signed_by="x.test", returned_to="x.test"),
            row("192.0.2.3", 2, dkim="fail", spf="fail", raw="fail", overrides=("mailing_list",)),
            row("192.0.2.4", 1, dkim="fail", spf="fail", raw="fail", disposition="reject"),
        )
        api.file(fact(said(*rows, day=day, report_id=f"detail-{number}")))


def asked(api: Api, **filters: Any) -> str:
    """The token of a report that was asked for."""
    told = api.post("/detail-reports", {**ASKED, **filters})
    assert told.status in (200, 202), told.body
    token: str = told.data["token"]
    return token


def detail_report(api: Api) -> dict[str, str]:
    """A finished one of the domain, by the parameters of its routes."""
    filed(api)
    token = asked(api, domains=["ud_19"])
    api.run_detail_jobs()
    sources = api.get(f"/detail-reports/{token}/sources").data
    number = sources["dmarc_capable"][0]["source_number"]
    return {"report_token": token, "source_number": str(number)}
