"""``postseal quarantine``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Limit, Url, api_of
from cli.tables import show, show_json

app = typer.Typer(
    help="What arrived and could not be stored, with its reason.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command("list")
def listing(limit: Limit = 25, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List the entries, newest first."""
    found = list(api_of(url, key).every("/quarantine", limit))
    if as_json:
        show_json(found)
        return
    columns = ("id", "received", "reason", "detail", "sender", "subject")
    fields = ("id", "received_at", "reason", "detail", "sender", "subject")
    show(columns, [[entry.get(field) for field in fields] for entry in found])


@app.command()
def replay(
    entries: Annotated[list[str], typer.Argument(metavar="ENTRY...", help="Ids of entries (qua_...).")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Take in again the mail of these entries, as if it had just arrived."""
    api = api_of(url, key)
    for entry in entries:
        api.post(f"/quarantine/{part(entry)}/replay")
        print(f"{entry}: queued")
