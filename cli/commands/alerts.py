"""``postseal alerts``"""

from __future__ import annotations

from typing import Annotated, Final

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Limit, Url, api_of
from cli.tables import show_items

app = typer.Typer(
    help="What happened that you should know.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Ident = Annotated[str, typer.Argument(metavar="ALERT", help="Id of the alert (alr_...).")]

_FIELDS: Final = {"id": "id", "happened": "happened_at", "state": "state", "what": "title"}


@app.command("list")
def listing(
    kind: Annotated[str | None, typer.Option(metavar="KIND", help="new_source, failure_spike ...")] = None,
    domain: Annotated[str | None, typer.Option(metavar="DOMAIN", help="Id or name.")] = None,
    state: Annotated[str | None, typer.Option(metavar="STATE", help="open, acknowledged or closed.")] = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List alerts, latest day first."""
    found = api_of(url, key).every("/alerts", limit, kind=kind, domain=domain, state=state)
    show_items(list(found), _FIELDS, as_json)


@app.command()
def acknowledge(alert: Ident, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Say that somebody looks after it."""
    _move(alert, "acknowledged", url, key, as_json)


@app.command()
def close(alert: Ident, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Say that it is done with."""
    _move(alert, "closed", url, key, as_json)


@app.command()
def reopen(alert: Ident, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Say that it is not done with."""
    _move(alert, "open", url, key, as_json)


def _move(alert: str, state: str, url: str | None, key: str | None, as_json: bool) -> None:
    moved = api_of(url, key).request("PATCH", f"/alerts/{part(alert)}", json={"state": state})
    show_items([moved["data"]], _FIELDS, as_json)
