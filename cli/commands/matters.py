"""Issues and tasks: what both commands do with theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Limit, Url, api_of
from cli.tables import show_items

_Domain = Annotated[str | None, typer.Option("--domain", help="Of this domain alone: its name or id.")]
_Group = Annotated[str | None, typer.Option("--group", help="Of the domains in this group.")]
_Ordering = Annotated[str, typer.Option(help="A field, with a minus the other way round: -created.")]
_Solved = Annotated[bool | None, typer.Option("--solved/--open", help="Solved ones, or open ones.")]
_Ignored = Annotated[bool | None, typer.Option("--ignored/--heeded", help="Ignored ones, or the others.")]
_Number = Annotated[str, typer.Argument(metavar="ID", help="As the list shows it.")]


def command_for(resource: str, one: str, about: str, columns: Mapping[str, str]) -> typer.Typer:
    """The command of a resource of the API; ``one`` is what one of it is called."""
    app = typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None, add_completion=False)

    @app.command("list", help=f"List {resource}.")
    def listing(
        domain: _Domain = None,
        group: _Group = None,
        solved: _Solved = None,
        ignored: _Ignored = None,
        ordering: _Ordering = "-created",
        limit: Limit = 25,
        url: Url = None,
        key: Key = None,
        as_json: AsJson = False,
    ) -> None:
        wanted = {"domain": domain, "group_id": group, "solved": solved, "ignored": ignored}
        found = api_of(url, key).every(f"/{resource}", limit, ordering=ordering, **wanted)
        show_items(list(found), columns, as_json)

    @app.command(help=f"Count the {one} no more, whatever becomes of it.")
    def ignore(number: _Number, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
        say(number, url, key, as_json, ignored=True)

    @app.command(help=f"Count an ignored {one} again.")
    def heed(number: _Number, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
        say(number, url, key, as_json, ignored=False)

    def say(number: str, url: str | None, key: str | None, as_json: bool, *, ignored: bool) -> None:
        said = api_of(url, key).request("PATCH", f"/{resource}/{part(number)}", json={"ignore": ignored})
        show_items([said["data"]], columns, as_json)

    return app
