"""``postseal import``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import AsJson, Key, Url, api_of
from cli.importing import bring_in
from cli.outcomes import show_outcomes
from cli.stops import REFUSED

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def bring(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Files, folders, mbox files or Maildirs; - is standard input."
        ),
    ],
    at_once: Annotated[int, typer.Option(min=1, max=32, help="How many are sent at a time.")] = 4,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Hand report files and mails to a deployment, and say what became of each.

    A report is stored once however often it is imported, so an import that broke off is simply run again.
    Exit code 1 if anything was quarantined or refused.
    """
    outcomes = bring_in(api_of(url, key), paths, at_once=at_once)
    if show_outcomes(outcomes, as_json):
        raise typer.Exit(REFUSED)
