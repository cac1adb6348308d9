"""``postseal accounts``: one's own over the API, those of others for the operator."""

from __future__ import annotations

import os
from typing import Annotated, Any, Final

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, StackFile, Url, api_of
from cli.stops import USAGE, Stop
from cli.tables import show, show_items, show_json
from shared import settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT-ID", help="Id of the account (usr_...).")]
Plan = Annotated[str | None, typer.Option(metavar="PLAN", help="basic, starter, pro, msp or operator.")]

_LISTED: Final = {
    "id": "id",
    "name": "name",
    "address": "email",
    "plan": "plan",
    "status": "status",
    "operator": "operator",
    "owner": "is_owner",
    "created": "created_at",
}


@app.callback()
def group() -> None:
    """The accounts that you are in; for the operator, every account of the deployment."""


@app.command("list")
def listing(stack_file: StackFile = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List the accounts that you are in; for the operator, also with AWS credentials, all of them."""
    if stack_file is None and settings.TABLE not in os.environ:
        show_items(list(api_of(url, key).every("/accounts")), _LISTED, as_json)
        return
    from cli.operator_accounts import list_all

    found = list_all(stack_file)
    if as_json:
        show_json(found)
        return
    columns = ("id", "email", "plan", "operator", "#domains", "#active", "created")
    show(columns, [tuple(account.values()) for account in found])


@app.command("open")
def open_account(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of the owner, who is invited by mail.")],
    plan: Annotated[str, typer.Option(metavar="PLAN", help="basic, starter, pro, msp or operator.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What the account is called.")] = "",
    invite: Annotated[bool, typer.Option("--invite/--no-invite", help="Mail the invitation.")] = True,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Make an API key, which is shown once.")
    ] = False,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Open an account for somebody (operators)."""
    wanted = {"email": email, "plan": plan, "name": name, "invite": invite, "with_key": with_key}
    _one(api_of(url, key).post("/accounts", wanted), as_json)


@app.command("show")
def show_one(account: Account, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Terms and counts of an account (operators)."""
    _one(api_of(url, key).get(_path(account)), as_json)


@app.command()
def change(
    account: Account,
    plan: Plan = None,
    extra_domains: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=0, help="Active domains beyond those of the plan.")
    ] = None,
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="active, expired or suspended.")
    ] = None,
    until: Annotated[
        int | None, typer.Option(metavar="SECONDS", min=0, help="End of the period, epoch; 0 for none.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Put an account on other terms (operators)."""
    wanted: dict[str, Any] = {
        "plan": plan,
        "extra_domains": extra_domains,
        "status": status,
        "current_period_end": until,
    }
    given = {field: value for field, value in wanted.items() if value is not None}
    if not given:
        raise Stop("say what to change", USAGE)
    _one(api_of(url, key).request("PATCH", _path(account), json=given), as_json)


@app.command("invite-owner")
def invite_owner(
    account: Account,
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where the invitation is mailed to.")],
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Invite the owner of an account that has none (operators)."""
    _one(api_of(url, key).post(f"{_path(account)}/owner", {"email": email}), as_json)


@app.command("reset-owner-totp")
def reset_owner_totp(account: Account, url: Url = None, key: Key = None) -> None:
    """Take the second factor off an owner who has lost it (operators): see to it that it is the owner who
    asks."""
    api_of(url, key).post(f"{_path(account)}/owner/totp-reset")
    print(f"{account}: off")


@app.command()
def close(
    account: Account,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its address if it has none.")],
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Close an account: all of it is deleted after a while (operators)."""
    _one(api_of(url, key).post(f"{_path(account)}/close", {"name": name}), as_json)


@app.command()
def reopen(account: Account, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Reopen an account whose deletion has not begun (operators)."""
    _one(api_of(url, key).post(f"{_path(account)}/reopen"), as_json)


def _path(account: str) -> str:
    return f"/accounts/{part(account)}"


def _one(answer: dict[str, Any], as_json: bool) -> None:
    found = answer["data"]
    if as_json:
        show_json(found)
        return
    terms = found["subscription"]
    shown = {**found, **terms, "active": f"{terms['active_domains']}/{terms['total_allowed_domains']}"}
    columns = {
        "id": "id",
        "name": "name",
        "address": "email",
        "plan": "plan",
        "status": "status",
        "active domains": "active",
        "until": "current_period_end",
        "closes": "closes_at",
        "owner": "owner_id",
    }
    if found.get("key"):
        columns["key"] = "key"
    show_items([shown], columns, as_json=False)
