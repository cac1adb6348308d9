"""``postseal groups``: groups of domains, what is in them, and who has access to them."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from cli.client import part
from cli.commands.options import AsJson, Key, Url, api_of
from cli.stops import REFUSED, USAGE, Stop
from cli.tables import show, show_items, show_json

app = typer.Typer(
    help="Groups of domains, and who has access to them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Group = Annotated[str, typer.Argument(metavar="GROUP-ID", help="Id of the group (grp_...).")]
Domains = Annotated[list[str], typer.Argument(metavar="DOMAIN...", help="Names or ids of domains.")]
Notes = Annotated[str | None, typer.Option(metavar="TEXT", help="Notes on the group.")]

_FIELDS: Final = {
    "id": "id",
    "label": "label",
    "default": "is_default",
    "parked": "parked_domains",
    "state": "domain_state",
    "#domains": "domain_count",
    "notes": "notes",
}
_LEVELS: Final = ("none", "read", "write")
_DONE: Final = ("added", "existing", "moved", "removed")


@app.command("list")
def listing(
    label: Annotated[str | None, typer.Option(metavar="TEXT", help="Part of the label.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List the groups, with how many domains each has."""
    show_items(list(api_of(url, key).every("/domain-groups", label=label)), _FIELDS, as_json)


@app.command("show")
def show_one(group: Group, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """One group."""
    _one(api_of(url, key).get(_path(group)), as_json)


@app.command()
def add(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What the group is called.")],
    notes: Notes = None,
    parked: Annotated[bool, typer.Option("--parked", help="Domains that enter it become parked.")] = False,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a group."""
    wanted = {"label": label, "notes": notes or "", "parked_domains": parked}
    _one(api_of(url, key).post("/domain-groups", wanted), as_json)


@app.command()
def change(
    group: Group,
    label: Annotated[str | None, typer.Option(metavar="LABEL", help="Its new label.")] = None,
    notes: Notes = None,
    parked: Annotated[
        bool | None, typer.Option("--parked/--not-parked", help="Only while it is empty.")
    ] = None,
    hide_assigned: Annotated[
        bool | None,
        typer.Option(
            "--hide-assigned/--show-assigned", help="Of the default group: only domains that are in no other."
        ),
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named of a group, and leave the rest."""
    wanted: dict[str, Any] = {
        "label": label,
        "notes": notes,
        "parked_domains": parked,
        "hide_assigned_domains": hide_assigned,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    if not given:
        raise Stop("say what to change", USAGE)
    _one(api_of(url, key).request("PATCH", _path(group), json=given), as_json)


@app.command()
def remove(group: Group, url: Url = None, key: Key = None) -> None:
    """Delete a group; its domains stay in the account."""
    api_of(url, key).request("DELETE", _path(group))
    print(f"{group}: removed")


@app.command("add-domains")
def add_domains(
    group: Group, domains: Domains, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """Put domains into a group; those that the account does not have are added to it."""
    _batch(api_of(url, key).post(f"{_path(group)}/add-domains", {"domains": domains}), as_json)


@app.command("move-domains")
def move_domains(
    group: Group,
    domains: Domains,
    source: Annotated[str, typer.Option("--from", metavar="GROUP-ID", help="The group that they leave.")],
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Move domains into a group, out of another."""
    moves = [{"domain": domain, "group_id": source} for domain in domains]
    _batch(api_of(url, key).post(f"{_path(group)}/move-domains", {"domains": moves}), as_json)


@app.command("remove-domains")
def remove_domains(
    group: Group, domains: Domains, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """Take domains out of a group; they stay in the account."""
    _batch(api_of(url, key).post(f"{_path(group)}/remove-domains", {"domains": domains}), as_json)


@app.command()
def access(
    group: Annotated[str | None, typer.Argument(metavar="[GROUP-ID]", help="Id of one group.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Who has access to the domains of every group, or of one."""
    api = api_of(url, key)
    _access(
        list(api.every("/access")) if group is None else [api.get(f"{_path(group)}/access")["data"]], as_json
    )


@app.command()
def grant(
    group: Group,
    level: Annotated[str, typer.Argument(metavar="LEVEL", help="none, read or write.")],
    users: Annotated[list[str], typer.Argument(metavar="USER-ID...", help="Ids of users (user_...).")],
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Give users a level of access to the domains of a group, or take it away with `none`."""
    if level not in _LEVELS:
        raise Stop(f"a level is {', '.join(_LEVELS)}, not {level}", USAGE)
    api = api_of(url, key)
    granted = api.post(f"{_path(group)}/access", {"users": users, "level": level})["data"]
    show_items(granted, {"user": "id", "address": "email", "level": "level", "always": "always"}, as_json)


def _path(group: str) -> str:
    return f"/domain-groups/{part(group)}"


def _one(answer: dict[str, Any], as_json: bool) -> None:
    show_items([answer["data"]], _FIELDS, as_json)


def _batch(answer: dict[str, Any], as_json: bool) -> None:
    """What became of each domain. Exits with 1 when one of them was refused."""
    done = answer["data"]
    if as_json:
        show_json(done)
    else:
        rows = [[each["domain"], what, None] for what in _DONE for each in done.get(what, [])]
        rows += [[each["domain"], "refused", each["message"]] for each in done["errors"]]
        show(("domain", "", "why"), rows)
    if done["errors"]:
        raise Stop(f"{len(done['errors'])} refused", REFUSED)


def _access(groups: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        show_json(groups)
        return
    rows = [
        [group["id"], group["label"], user["id"], user["email"], user["level"], user["always"]]
        for group in groups
        for user in group["users"]
    ]
    show(("group", "label", "user", "address", "level", "always"), rows)
