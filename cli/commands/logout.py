"""``postseal logout``"""

from __future__ import annotations

import typer

from cli.commands.options import Url

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def logout(url: Url = None) -> None:
    """Sign out of a deployment: forget the tokens, and take them back where they came from."""
    from cli.connection import named_url
    from cli.printable import printable
    from cli.sessions import sessions
    from cli.signing_in import revoke
    from cli.stops import Stop

    held = sessions()
    named = named_url(url)
    session = held.of(named) if named else held.latest()
    if session is None:
        raise Stop("nobody is signed in there")
    # Here first: whatever becomes of the rest, no command acts as this person any more.
    held.drop(session.url)
    revoke(session)
    print(f"signed out of {printable(session.url)}")
