"""``postseal accounts``: the operator's command, with AWS credentials."""

from __future__ import annotations

import typer

from cli.commands.options import AsJson, StackFile
from cli.operator_accounts import list_all
from cli.tables import show, show_json

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def group() -> None:
    """The accounts of a deployment (operators, with AWS credentials)."""


@app.command("list")
def listing(stack_file: StackFile = None, as_json: AsJson = False) -> None:
    """List every account of the deployment."""
    found = list_all(stack_file)
    if as_json:
        show_json(found)
        return
    columns = ("id", "email", "plan", "operator", "#domains", "#active", "created")
    show(columns, [tuple(account.values()) for account in found])
