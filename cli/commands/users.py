"""``postseal users``: who is in the account, and how they sign in."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Annotated, Any, Final

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Url, api_of
from cli.stops import USAGE, Stop
from cli.tables import show_items

app = typer.Typer(
    help="The people of the account: invite them, say what they may, and how they sign in.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

User = Annotated[str, typer.Argument(metavar="USER-ID", help="Id of the user (user_...), or me.")]
Admin = Annotated[bool | None, typer.Option("--admin/--no-admin", help="May administer the account.")]
Forensic = Annotated[bool | None, typer.Option("--forensic/--no-forensic", help="May read failure reports.")]
Billing = Annotated[bool | None, typer.Option("--billing/--no-billing", help="May see to the plan.")]

_FIELDS: Final = {
    "id": "id",
    "address": "email",
    "active": "is_active",
    "owner": "is_owner",
    "admin": "is_admin",
    "forensic": "has_forensic_access",
    "billing": "has_billing_access",
    "signs in at": "identity_provider",
    "2nd factor": "has_2fa_enabled",
    "last login": "last_login",
}
_ME: Final = "me"


@app.command("list")
def listing(
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only who has this address.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List who is in the account or invited."""
    show_items(list(api_of(url, key).every("/users", email=email)), _FIELDS, as_json)


@app.command("show")
def show_one(user: User = _ME, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """One user, or yourself."""
    _one(api_of(url, key).get(_path(user)), as_json)


@app.command()
def invite(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where the invitation is mailed to.")],
    admin: Admin = None,
    forensic: Forensic = None,
    billing: Billing = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Invite somebody into the account by mail."""
    wanted = {"email": email, **_roles(admin, forensic, billing)}
    _one(api_of(url, key).post("/users", wanted), as_json)


@app.command()
def change(
    user: User,
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Holds once the letter to it was followed.")
    ] = None,
    admin: Admin = None,
    forensic: Forensic = None,
    billing: Billing = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named of a user, and leave the rest."""
    wanted: dict[str, Any] = {**({"email": email} if email else {}), **_roles(admin, forensic, billing)}
    if not wanted:
        raise Stop("say what to change", USAGE)
    _one(api_of(url, key).request("PATCH", _path(user), json=wanted), as_json)


@app.command()
def remove(user: User, url: Url = None, key: Key = None) -> None:
    """Remove somebody from the account."""
    api_of(url, key).request("DELETE", _path(user))
    print(f"{user}: removed")


@app.command()
def remind(user: User, url: Url = None, key: Key = None) -> None:
    """Mail an invitation again."""
    api_of(url, key).post(f"{_path(user)}/activation-reminder")
    print(f"{user}: mailed")


@app.command("make-owner")
def make_owner(user: User, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Hand the account over; for its owner."""
    _one(api_of(url, key).post(f"{_path(user)}/make-owner"), as_json)


@app.command("convert-to-sso")
def convert_to_sso(
    user: User,
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="Identity provider, where there are several.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Have a user sign in at an identity provider from now on."""
    wanted = {"provider": provider} if provider else {}
    _one(api_of(url, key).post(f"{_path(user)}/convert-to-sso", wanted), as_json)


@app.command("reset-password")
def reset_password(user: User, url: Url = None, key: Key = None) -> None:
    """Mail a user a link to set a new password."""
    api_of(url, key).post(f"{_path(user)}/password-reset")
    print(f"{user}: mailed")


@app.command("reset-totp")
def reset_totp(user: User, url: Url = None, key: Key = None) -> None:
    """Take the second factor off somebody who has lost it."""
    api_of(url, key).post(f"{_path(user)}/totp-reset")
    print(f"{user}: off")


@app.command("change-password")
def change_password(url: Url = None, key: Key = None) -> None:
    """Change your own password, which ends every session. Passwords are asked for, or read from standard
    input, a line each: the old one and the new one."""
    api = api_of(url, key)
    old, new, again = _passwords()
    passwords = {"password_old": old, "password": new, "password_confirm": again}
    api.request("POST", f"{_path(_ME)}/password-change", json=passwords)
    print("changed")


@app.command("api-token")
def api_token(
    revoke: Annotated[bool, typer.Option("--revoke", help="Have none any more.")] = False,
    user: User = _ME,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make your one API token anew, which is shown this once; with --revoke, end yours or another's."""
    api = api_of(url, key)
    if revoke:
        api.request("DELETE", f"{_path(user)}/api-token")
        print(f"{user}: revoked")
        return
    show_items([api.post(f"{_path(user)}/api-token")["data"]], {"API token": "api_token"}, as_json)


@app.command()
def totp(
    off: Annotated[bool, typer.Option("--off", help="Ask for no one-time password any more.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Set up one-time passwords as your second factor: type the secret into an authenticator app, and here
    what the app shows."""
    api, path = api_of(url, key), f"{_path(_ME)}/totp"
    if off:
        api.request("DELETE", path)
        print("off")
        return
    begun = api.request("POST", path, json={})["data"]
    print(f"{begun['secret']}\n{begun['uri']}")
    code = _line("What the app shows: ")
    api.request("POST", f"{path}/verify", json={"code": code})
    print("on")


def _path(user: str) -> str:
    return f"/users/{part(user)}"


def _one(answer: dict[str, Any], as_json: bool) -> None:
    show_items([answer["data"]], _FIELDS, as_json)


def _roles(admin: bool | None, forensic: bool | None, billing: bool | None) -> dict[str, bool]:
    """Those that are named."""
    named = {"is_admin": admin, "has_forensic_access": forensic, "has_billing_access": billing}
    return {role: value for role, value in named.items() if value is not None}


def _passwords() -> tuple[str, str, str]:
    """The old one and, twice, the new one: never as arguments, which others on this machine can read."""
    if sys.stdin.isatty():
        return getpass("Old password: "), getpass("New password: "), getpass("New password again: ")
    old, new = (sys.stdin.readline().rstrip("\r\n") for _ in range(2))
    return old, new, new


def _line(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline().strip()
    if not line:
        raise Stop("nothing was typed", USAGE)
    return line
