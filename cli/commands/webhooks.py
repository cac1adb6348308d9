"""``postseal webhooks``"""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Limit, Url, api_of
from cli.stops import USAGE, Stop
from cli.tables import show_items

app = typer.Typer(
    help="Where alerts are sent.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Ident = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Id of the webhook (whk_...).")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", metavar="KIND", help="Only these; repeat it.")]
Domains = Annotated[
    list[str] | None, typer.Option("--domain", metavar="DOMAIN", help="Only of these; repeat it.")
]
Group = Annotated[str | None, typer.Option(metavar="GROUP", help="Only of the domains in this group.")]
Format = Annotated[str | None, typer.Option(metavar="FORMAT", help="postseal, slack or teams.")]

_FIELDS: Final = {
    "id": "id",
    "url": "url",
    "format": "format",
    "enabled": "enabled",
    "off": "disabled_reason",
}
_NEW: Final = {**_FIELDS, "secret": "secret"}
_DELIVERY: Final = {
    "id": "id",
    "alert": "alert_id",
    "status": "status",
    "#attempts": "attempts",
    "next": "next_attempt_at",
    "#answer": "response_status",
    "trouble": "error",
}


@app.command("list")
def listing(url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List the webhooks."""
    show_items(api_of(url, key).get("/webhooks")["data"], _FIELDS, as_json)


@app.command()
def add(
    to: Annotated[str, typer.Argument(metavar="URL", help="Where to post: https, a public host.")],
    kind: Kinds = None,
    domain: Domains = None,
    group: Group = None,
    format: Format = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a webhook; its secret is shown this once."""
    wanted = _wanted(url=to, kinds=kind, domains=domain, group_id=group, format=format)
    show_items([api_of(url, key).post("/webhooks", wanted)["data"]], _NEW, as_json)


@app.command()
def change(
    webhook: Ident,
    to: Annotated[str | None, typer.Option(metavar="URL", help="Its new URL.")] = None,
    kind: Kinds = None,
    domain: Domains = None,
    group: Group = None,
    format: Format = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change a webhook."""
    wanted = _wanted(url=to, kinds=kind, domains=domain, group_id=group, format=format, enabled=on)
    if not wanted:
        raise Stop("say what to change: --to, --kind, --domain, --group, --format, --on, --off", USAGE)
    changed = api_of(url, key).request("PATCH", f"/webhooks/{part(webhook)}", json=wanted)
    show_items([changed["data"]], _FIELDS, as_json)


@app.command()
def rotate(webhook: Ident, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Make a new secret; the old one signs for another day."""
    rotated = api_of(url, key).post(f"/webhooks/{part(webhook)}/rotate")
    show_items([rotated["data"]], _NEW, as_json)


@app.command("test")
def try_out(webhook: Ident, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Send a message that is no alert."""
    sent = api_of(url, key).post(f"/webhooks/{part(webhook)}/test")
    show_items([sent["data"]], _DELIVERY, as_json)


@app.command()
def deliveries(
    webhook: Ident, limit: Limit = 25, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """List what became of each message."""
    found = api_of(url, key).every(f"/webhooks/{part(webhook)}/deliveries", limit)
    show_items(list(found), _DELIVERY, as_json)


@app.command()
def redeliver(
    webhook: Ident,
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="Id of the delivery (dlv_...).")],
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Send a message again."""
    path = f"/webhooks/{part(webhook)}/deliveries/{part(delivery)}/redeliver"
    show_items([api_of(url, key).post(path)["data"]], _DELIVERY, as_json)


@app.command()
def remove(webhook: Ident, url: Url = None, key: Key = None) -> None:
    """Delete a webhook."""
    api_of(url, key).request("DELETE", f"/webhooks/{part(webhook)}")
    print(f"{webhook}: removed")


def _wanted(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
