"""``postseal tags``"""

from __future__ import annotations

from typing import Annotated, Final

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Url, api_of
from cli.stops import USAGE, Stop
from cli.tables import show_items

app = typer.Typer(
    help="The tags of domains.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Tag = Annotated[str, typer.Argument(metavar="TAG", help="Id (tag_...) or name of the tag.")]
Color = Annotated[str | None, typer.Option(metavar="#RRGGBB", help="Its colour.")]

_FIELDS: Final = {"id": "id", "name": "name", "colour": "color", "#domains": "domain_count"}


@app.command("list")
def listing(url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List the tags, with how many domains each has."""
    show_items(api_of(url, key).get("/tags")["data"], _FIELDS, as_json)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the tag is called.")],
    color: Color = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a tag."""
    show_items([api_of(url, key).post("/tags", {"name": name, "color": color})["data"]], _FIELDS, as_json)


@app.command()
def change(
    tag: Tag,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Its new name.")] = None,
    color: Color = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change the name or the colour of a tag."""
    wanted = {field: value for field, value in (("name", name), ("color", color)) if value is not None}
    if not wanted:
        raise Stop("say what to change: --name, --color", USAGE)
    changed = api_of(url, key).request("PATCH", f"/tags/{part(tag)}", json=wanted)
    show_items([changed["data"]], _FIELDS, as_json)


@app.command()
def remove(tag: Tag, url: Url = None, key: Key = None) -> None:
    """Delete a tag; its domains stay."""
    api_of(url, key).request("DELETE", f"/tags/{part(tag)}")
    print(f"{tag}: removed")
