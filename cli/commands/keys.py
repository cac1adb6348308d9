"""``postseal keys``: over the API, or with ``--account`` straight on the table."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from cli import operator_keys
from cli.client import part
from cli.commands.options import AsJson, Key, StackFile, Url, api_of
from cli.stops import USAGE, Stop
from cli.tables import show_items

app = typer.Typer(
    help="API keys: of your own account over the API, or of any with --account and AWS credentials.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
_Account = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Act on this account's keys with AWS credentials, not over the API."),
]


_KeyId = Annotated[str, typer.Argument(metavar="KEY-ID", help="Id of the key (key_...).")]
_FIELDS: Final = {
    "id": "id",
    "name": "name",
    "key": "prefix",
    "scopes": "scopes",
    "group": "group_id",
    "created": "created_at",
    "last used": "last_used_at",
    "expires": "expires_at",
}


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read, write, forensic, billing or admin; several times; else all that you have."),
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="GROUP-ID", help="Open the domains of this group only.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it ends, as 2027-01-31T00:00:00Z; else never.")
    ] = None,
    account: _Account = None,
    stack_file: StackFile = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Create a key; it is shown this once."""
    limits = {"scopes": scope, "group_id": group, "expires_at": expires}
    if account is None:
        wanted = {field: value for field, value in limits.items() if value}
        created = api_of(url, key).post("/api-keys", {"name": name, **wanted})["data"]
    elif any(limits.values()):
        raise Stop("a key that is made with --account has every scope and no end", USAGE)
    else:
        created = operator_keys.create_for(account, name, stack_file)
    _show_secret(created, as_json)


@app.command("list")
def listing(
    account: _Account = None,
    stack_file: StackFile = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List the live keys, newest first."""
    if account is None:
        found = list(api_of(url, key).every("/api-keys"))
    else:
        found = operator_keys.list_of(account, stack_file)
    show_items(found, _FIELDS, as_json)


@app.command()
def rename(
    key_id: _KeyId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Give a key another name."""
    renamed = api_of(url, key).request("PATCH", f"/api-keys/{part(key_id)}", json={"name": name})
    show_items([renamed["data"]], _FIELDS, as_json)


@app.command()
def rotate(
    key_id: _KeyId,
    overlap: Annotated[
        int | None, typer.Option(metavar="SECONDS", min=0, help="How long the old key still works.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a key in the place of another one, which ends soon; the new one is shown this once."""
    wanted = {} if overlap is None else {"overlap_seconds": overlap}
    _show_secret(api_of(url, key).post(f"/api-keys/{part(key_id)}/rotate", wanted)["data"], as_json)


@app.command()
def revoke(
    key_id: _KeyId,
    account: _Account = None,
    stack_file: StackFile = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Revoke a key: requests with it are refused from now on."""
    if account is None:
        api_of(url, key).request("DELETE", f"/api-keys/{part(key_id)}")
    else:
        operator_keys.revoke_of(account, key_id, stack_file)
    print(f"{key_id}: revoked")


def _show_secret(created: dict[str, Any], as_json: bool) -> None:
    """The one time that it is there."""
    show_items([created], {**_FIELDS, "key": "key"}, as_json)
