"""``postseal audit``"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.commands.options import AsJson, First, Key, Last, Limit, Url, api_of
from cli.tables import show, show_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def audit(
    first: First = None,
    last: Last = None,
    action: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this deed, as the API calls it: add_domain ...")
    ] = None,
    actor: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only what this user, address or key did.")
    ] = None,
    resource: Annotated[
        str | None, typer.Option(metavar="ID", help="Only what was done to it; a domain by its name, too.")
    ] = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Who changed what in the account, and who read failure reports."""
    wanted = {"start_date": first, "end_date": last, "action": action, "actor": actor, "resource": resource}
    entries = list(api_of(url, key).every("/audit", limit, **wanted))
    if as_json:
        show_json(entries)
        return
    columns = ("at", "who", "from", "did", "to", "with")
    show(columns, [_row(entry) for entry in entries])


def _row(entry: dict[str, Any]) -> list[object]:
    actor = entry["actor"]
    detail = " ".join(f"{name}={value}" for name, value in entry["detail"].items())
    return [
        entry["at"],
        actor["label"] or actor["id"] or actor["type"],
        actor["ip_address"],
        entry["action"],
        entry["resource"],
        detail,
    ]
