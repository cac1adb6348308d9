"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cli.client import Api

Url = Annotated[
    str | None,
    typer.Option(help="Address of the deployment; else POSTSEAL_URL, else .local/stack.json of this folder."),
]
Key = Annotated[
    str | None,
    typer.Option(help="API key; else POSTSEAL_API_KEY, else who is signed in, else that of the stack file."),
]
AsJson = Annotated[bool, typer.Option("--json", help="What the API answers, as JSON, instead of a table.")]
Limit = Annotated[int, typer.Option(min=1, help="How many to list, newest first.")]
Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="Name or id of the domain.")]
First = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First day, UTC.")]
Last = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day, UTC.")]
Resolver = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS[:PORT]",
        help="DNS server to ask, or several with commas; else POSTSEAL_DNS_SERVERS, else the system's.",
    ),
]
StackFile = Annotated[
    str | None,
    typer.Option(
        metavar="PATH",
        help="File that names the deployment's resources (the local stack's is .local/stack.json); "
        "without it the variables POSTSEAL_TABLE, POSTSEAL_ROLLUP_QUEUE and the like are read.",
    ),
]


def api_of(url: str | None, key: str | None) -> Api:
    """The deployment that the options name. HTTP is loaded by those who need one: some commands have these
    options and work without."""
    from cli.client import Api
    from cli.connection import connection

    return Api(connection(url, key))
