"""``postseal account``: the operator's command, with AWS credentials."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import AsJson, StackFile
from cli.operator_accounts import open_with_key
from cli.tables import show, show_json

app = typer.Typer(
    help="Open accounts (operators, with AWS credentials).",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def group() -> None:
    """Open accounts (operators, with AWS credentials)."""


@app.command()
def create(
    email: Annotated[str, typer.Option(help="Whose account it is.")],
    plan: Annotated[str, typer.Option(help="starter, pro, msp or operator.")] = "operator",
    operator: Annotated[
        bool, typer.Option("--operator", help="Runs the deployment: gets the mail that is nobody's.")
    ] = False,
    key_name: Annotated[str, typer.Option(help="Name of its first API key.")] = "first key",
    stack_file: StackFile = None,
    as_json: AsJson = False,
) -> None:
    """Open an account with a first API key, which is shown this once."""
    opened = open_with_key(email, plan=plan, operator=operator, key_name=key_name, stack_file=stack_file)
    if as_json:
        show_json(opened)
    else:
        show(tuple(opened), [tuple(opened.values())])
