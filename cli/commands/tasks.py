"""``postseal tasks``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Limit, Url, api_of
from cli.tables import show_items

app = typer.Typer(
    help="What to do next for your domains.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
_Domain = Annotated[str | None, typer.Option("--domain", help="Of this domain alone: its name or id.")]
_Group = Annotated[str | None, typer.Option("--group", help="Of the domains in this group.")]
_Ordering = Annotated[str, typer.Option(help="A field, with a minus the other way round: -created.")]
_Solved = Annotated[bool | None, typer.Option("--solved/--open", help="Solved ones, or open ones.")]
_Ignored = Annotated[bool | None, typer.Option("--ignored/--heeded", help="Ignored ones, or the others.")]
_Number = Annotated[str, typer.Argument(metavar="ID", help="As the list shows it.")]
_COLUMNS = {
    "id": "id",
    "domain": "domain",
    "task": "title",
    "details": "details",
    "since": "created_at",
    "done": "solve_time",
    "ignored": "ignore",
}


@app.command("list")
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
    """List tasks."""
    wanted = {"domain": domain, "group_id": group, "solved": solved, "ignored": ignored}
    found = api_of(url, key).every("/tasks", limit, ordering=ordering, **wanted)
    show_items(list(found), _COLUMNS, as_json)


@app.command()
def ignore(number: _Number, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Count a task no more, whatever becomes of it."""
    _say(number, url, key, as_json, ignored=True)


@app.command()
def heed(number: _Number, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Count an ignored task again."""
    _say(number, url, key, as_json, ignored=False)


def _say(number: str, url: str | None, key: str | None, as_json: bool, *, ignored: bool) -> None:
    said = api_of(url, key).request("PATCH", f"/tasks/{part(number)}", json={"ignore": ignored})
    show_items([said["data"]], _COLUMNS, as_json)
