"""``postseal spf``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import AsJson, Resolver
from cli.inspecting import checked
from cli.tables import show_json
from cli.verdicts import check_exit_code, show_check

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def spf(
    ip: Annotated[str, typer.Argument(metavar="IP", help="The sending address.")],
    mail_from: Annotated[str, typer.Argument(metavar="MAIL-FROM", help="The envelope-from; '' for <>.")],
    helo: Annotated[str, typer.Argument(metavar="HELO", help="The name in HELO or EHLO.")] = "",
    resolver: Resolver = None,
    as_json: AsJson = False,
) -> None:
    """Check one delivery by SPF (check_host of RFC 7208), as a receiver would.

    Exit codes: 0 pass, 1 any other result, 2 wrong usage, 3 the DNS did not say (temperror).
    """
    answer = checked(ip, mail_from, helo, resolver)
    if as_json:
        show_json(answer)
    else:
        show_check(answer)
    raise typer.Exit(check_exit_code(answer["result"]))
