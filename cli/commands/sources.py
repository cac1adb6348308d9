"""``postseal sources``"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Limit, Url, api_of
from cli.tables import show, show_items, show_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_COLUMNS = {
    "sender": "sender_domain",
    "#addresses": "ip_count",
    "#messages": "total_messages",
    "#accepted": "accepted",
    "#quarantined": "quarantined",
    "#rejected": "rejected",
    "#SPF %": "spf_alignment",
    "#DKIM %": "dkim_alignment",
    "#DMARC %": "dmarc_alignment",
}
_OF_ALL = {
    "source": "sender_name",
    "#number": "source_number",
    "standing": "standing",
    "#domains": "domain_count",
    "#messages": "total_volume",
    "#DMARC %": "passed_dmarc",
    "#SPF %": "passed_spf",
    "#DKIM %": "passed_dkim",
}


class Range(StrEnum):
    TWO_DAYS = "48h"
    WEEK = "7d"
    MONTH = "30d"


@app.command()
def sources(
    domain: Annotated[
        str | None, typer.Argument(metavar="[DOMAIN]", help="Name or id of the domain; none for all.")
    ] = None,
    span: Annotated[Range, typer.Option("--range", help="How far back.")] = Range.WEEK,
    day: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="One day instead.")] = None,
    chosen: Annotated[
        str | None, typer.Option("--filter", metavar="ID", help="Of all domains, those of a stored filter.")
    ] = None,
    refresh: Annotated[bool, typer.Option(help="Have those of all domains summed up anew.")] = False,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Who sends as a domain, most messages first; without one, as all domains in the last 7 days."""
    if domain is None:
        api = api_of(url, key)
        if refresh:
            api.post("/sources/refresh")
        show_items(list(api.every("/sources", limit, filter_id=chosen)), _OF_ALL, as_json)
        return
    asked = {"date": day} if day else {"range": span.value}
    data = api_of(url, key).get(f"/domains/{part(domain)}/sources", **asked)["data"]
    if as_json:
        show_json(data)
        return
    rows = [[source.get(field) for field in _COLUMNS.values()] for source in data["sources"]]
    show(tuple(_COLUMNS), rows, title=f"{data['domain']}, {data['start_date']} to {data['end_date']}")
