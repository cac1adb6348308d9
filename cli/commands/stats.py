"""``postseal stats``"""

from __future__ import annotations

import typer

from cli.client import part
from cli.commands.options import AsJson, Domain, First, Key, Last, Url, api_of
from cli.tables import percent, show, show_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_COLUMNS = ("day", "#messages", "#accepted", "#quarantined", "#rejected", "#SPF", "#DKIM", "#DMARC pass")
_FIELDS = ("date", "total_messages", "accepted", "quarantined", "rejected", "spf_pass", "dkim_pass")


@app.command()
def stats(
    domain: Domain,
    first: First = None,
    last: Last = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Messages of a domain by day, and what became of them: 30 days unless asked otherwise."""
    data = api_of(url, key).get(f"/domains/{part(domain)}/stats", start_date=first, end_date=last)["data"]
    if as_json:
        show_json(data)
        return
    lines = [*data["daily_stats"], {**data["totals"], "date": "all"}]
    rows = [
        [*(day[field] for field in _FIELDS), percent(day["dmarc_pass"], day["total_messages"])]
        for day in lines
    ]
    show(_COLUMNS, rows, title=data["domain"])
