"""``postseal login``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import Url

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def login(
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and take the one that it ends at.")
    ] = False,
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="Go straight to this identity provider.")
    ] = None,
    url: Url = None,
) -> None:
    """Sign in to a deployment with a browser. Commands without a key act as you from then on, until `postseal
    logout`."""
    from cli.browsing import listened, typed
    from cli.connection import base_of, named_url
    from cli.printable import printable
    from cli.sessions import sessions
    from cli.signing_in import described, redeem

    deployment = base_of(named_url(url))
    sign_in = described(deployment)
    attempt, code = (typed if no_browser else listened)(sign_in, provider)
    sessions().keep(redeem(deployment, sign_in, attempt, code))
    print(f"signed in to {printable(deployment)}")
