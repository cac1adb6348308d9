"""``postseal reports``"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.commands.options import AsJson, First, Key, Last, Limit, Url, api_of
from cli.tables import show, show_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Kind(StrEnum):
    AGGREGATE = "aggregate"
    TLS = "tls"
    FAILURE = "failure"


@app.command()
def reports(
    domain: Annotated[str | None, typer.Option(help="Only domains whose name holds this.")] = None,
    reporter: Annotated[str | None, typer.Option(help="Only reporters whose name holds this.")] = None,
    kind: Annotated[Kind, typer.Option("--type", help="Which reports.")] = Kind.AGGREGATE,
    first: First = None,
    last: Last = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List the reports of the account, newest first."""
    wanted = {
        "domain": domain,
        "sender_org": reporter,
        "type": kind.value,
        "start_date": first,
        "end_date": last,
    }
    found = list(api_of(url, key).every("/reports", limit, **wanted))
    if as_json:
        show_json(found)
        return
    columns = ("id", "begins", "domain", "reporter", "report id", "#messages", "#passed", "mail")
    fields = (
        "id",
        "begin_date",
        "domain",
        "sender_org",
        "report_id",
        "total_messages",
        "pass_count",
        "trust",
    )
    show(columns, [[report.get(field) for field in fields] for report in found])
