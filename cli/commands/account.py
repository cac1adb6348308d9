"""``postseal account``: one's own over the API, and the first one of a deployment with AWS credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.options import AsJson, Key, StackFile, Url, api_of
from cli.downloads import download
from cli.stops import REFUSED, USAGE, Stop
from cli.tables import show, show_items, show_json

app = typer.Typer(
    help="Your account: its terms, its export, its end. Operators open accounts.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def group() -> None:
    """Your account: its terms, its export, its end. Operators open accounts."""


@app.command()
def create(
    email: Annotated[str, typer.Option(help="Whose account it is.")],
    plan: Annotated[str, typer.Option(help="basic, starter, pro, msp or operator.")] = "operator",
    operator: Annotated[
        bool, typer.Option("--operator", help="Runs the deployment: gets the mail that is nobody's.")
    ] = False,
    key_name: Annotated[str, typer.Option(help="Name of its first API key.")] = "first key",
    stack_file: StackFile = None,
    as_json: AsJson = False,
) -> None:
    """Open an account with a first API key, which is shown this once (operators, with AWS credentials)."""
    from cli.operator_accounts import open_with_key

    opened = open_with_key(email, plan=plan, operator=operator, key_name=key_name, stack_file=stack_file)
    if as_json:
        show_json(opened)
    else:
        show(tuple(opened), [tuple(opened.values())])


@app.command("show")
def show_own(url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Plan, limits and what is used of them, and what you may do."""
    found = api_of(url, key).get("/account")["data"]
    if as_json:
        show_json(found)
        return
    rows = [
        ["account", f"{found['id']} {found['name'] or found['email']}"],
        ["plan", f"{found['subscription']['plan']}, {found['subscription']['status']}"],
        ["reports go to", found["reporting_address"]],
        ["you", ", ".join([*(["owner"] if found["you"]["is_owner"] else []), *found["you"]["scopes"]])],
    ]
    limits, counts, terms = found["limits"], found["counts"], found["subscription"]
    rows.append(["active domains", f"{terms['active_domains']:,} of {terms['total_allowed_domains']:,}"])
    for what, number in counts.items():
        if what in limits:
            rows.append([what.replace("_", " "), f"{number:,} of {limits[what]:,}"])
    if found["closes_at"]:
        rows.append(["deleted from", found["closes_at"]])
    show(("", ""), rows)


@app.command()
def change(
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What it is called.")] = None,
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of contact, for the operator.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change the name or the address of your account."""
    wanted = {field: value for field, value in (("name", name), ("email", email)) if value is not None}
    if not wanted:
        raise Stop("say what to change: --name, --email", USAGE)
    _one(api_of(url, key).request("PATCH", "/account", json=wanted), as_json)


@app.command()
def close(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its address if it has none.")],
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Close your account: it is read only from now on, and all of it is deleted after a while."""
    _closing(api_of(url, key).post("/account/close", {"name": name}), as_json)


@app.command()
def reopen(url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Take the closing of your account back."""
    _closing(api_of(url, key).post("/account/reopen"), as_json)


@app.command()
def export(
    begin: Annotated[bool, typer.Option("--begin", help="Have one made.")] = False,
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Download the files of the last one.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """The last export of your account: everything, as ZIP archives."""
    api = api_of(url, key)
    found = (api.post("/account/export") if begin else api.get("/account/export"))["data"]
    if as_json:
        show_json(found)
    else:
        files = [{**each, "export": found["status"]} for each in found["files"]]
        fields = {"export": "export", "file": "name", "#bytes": "size"}
        show_items(files or [{"export": found["status"]}], fields, as_json)
    if into is None:
        return
    if found["status"] != "done":
        raise Stop(f"there is nothing to download: {found['status']}", REFUSED)
    for each in found["files"]:
        print(download(each["url"], into, each["name"]))


def _one(answer: dict[str, Any], as_json: bool) -> None:
    fields = {"id": "id", "name": "name", "address": "email", "reports go to": "reporting_address"}
    show_items([answer["data"]], fields, as_json)


def _closing(answer: dict[str, Any], as_json: bool) -> None:
    show_items([answer["data"]], {"id": "id", "status": "status", "deleted from": "closes_at"}, as_json)
