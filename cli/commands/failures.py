"""``postseal failures``"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client import part
from cli.commands.options import AsJson, First, Key, Last, Limit, Url, api_of
from cli.tables import show_items, show_json

app = typer.Typer(
    help="Failure reports: what reporters say of single messages. For the forensic scope.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
_SHOWN = {
    "id": "id",
    "arrived": "arrival_date",
    "domain": "domain",
    "type": "feedback_type",
    "source": "source_ip",
    "country": "country_code",
    "from": "from_address",
    "to": "to_address",
    "subject": "subject",
    "result": "delivery_result",
}


@app.command("list")
def listing(
    domain: Annotated[str | None, typer.Option(help="Only domains whose name holds this.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only subjects that hold this.")] = None,
    address: Annotated[str | None, typer.Option(help="An address, or a domain, it is from or to.")] = None,
    source: Annotated[str | None, typer.Option(metavar="IP", help="Where the message came from.")] = None,
    feedback: Annotated[str | None, typer.Option(help="auth-failure, abuse, fraud, ...")] = None,
    first: First = None,
    last: Last = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List them, latest arrival first."""
    wanted = {
        "domain": domain,
        "subject": subject,
        "address": address,
        "report_source_ip": source,
        "feedback_type": feedback,
        "start_date": first,
        "end_date": last,
    }
    found = list(api_of(url, key).every("/failure-reports", limit, **wanted))
    show_items(found, _SHOWN, as_json)


@app.command("show")
def showing(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Its id (rpt_...).")],
    full: Annotated[bool, typer.Option("--full", help="With its personal data: for admins.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Show one, as JSON."""
    wanted = {"redact": "false"} if full else {}
    show_json(api_of(url, key).get(f"/failure-reports/{part(report)}", **wanted)["data"])


@app.command()
def delete(
    reports: Annotated[list[str] | None, typer.Argument(metavar="REPORT...", help="Ids (rpt_...).")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that you may delete.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Delete these for good, with their mail; or all of them."""
    if bool(reports) == everything:
        raise typer.BadParameter("name reports, or say --all")
    api = api_of(url, key)
    if everything:
        gone: dict[str, Any] = {"has_more": True}
        deleted = 0
        while gone["has_more"]:
            gone = api.request("DELETE", "/failure-reports/all")["data"]
            deleted += gone["deleted_reports"]
        print(f"deleted {deleted}")
        return
    done = api.request("DELETE", "/failure-reports", json={"ids": reports})["data"]
    for each in done["deleted"]:
        print(f"{each}: deleted")
    for each in done["missing"]:
        print(f"{each}: not there")
