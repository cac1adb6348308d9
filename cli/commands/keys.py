"""``postseal keys``: over the API, or with ``--account`` straight on the table."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import operator_keys
from cli.client import part
from cli.commands.options import AsJson, Key, StackFile, Url, api_of
from cli.tables import show, show_json

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


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    account: _Account = None,
    stack_file: StackFile = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Create a key; it is shown this once."""
    if account is None:
        created = api_of(url, key).post("/api-keys", {"name": name})["data"]
    else:
        created = operator_keys.create_for(account, name, stack_file)
    _show([created], as_json, "key")


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
    _show(found, as_json, "prefix")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY-ID", help="Id of the key (key_...).")],
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


def _show(keys: list[dict[str, Any]], as_json: bool, secret: str) -> None:
    if as_json:
        show_json(keys)
        return
    columns = ("id", "name", secret, "created", "last used")
    fields = ("id", "name", secret, "created_at", "last_used_at")
    show(columns, [[each.get(field) for field in fields] for each in keys])
