"""``postseal rollups``"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cli.commands.options import StackFile
from cli.rebuilding import queue_days

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def group() -> None:
    """Day totals (operators, with AWS credentials)."""


@app.command()
def rebuild(
    account: Annotated[str | None, typer.Option(metavar="ID", help="Only this account.")] = None,
    domain: Annotated[str | None, typer.Option(metavar="NAME", help="Only this domain.")] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="First day, UTC."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="Last day, UTC."),
    ] = None,
    stack_file: StackFile = None,
) -> None:
    """Have the totals of every day that holds reports computed anew from the reports.

    Each such day is queued for the rollup worker; doing it twice is harmless.
    """
    days, domains = queue_days(
        account=account,
        domain=domain,
        first=first.date() if first else None,
        last=last.date() if last else None,
        stack_file=stack_file,
    )
    print(f"{days} days of {domains} domains queued")
