"""``postseal domains``"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client import part
from cli.commands.options import AsJson, Domain, Key, Url, api_of
from cli.tables import show, show_json

app = typer.Typer(help="The domains of the account.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def listing(url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List the domains of the account, with the address that their reports go to."""
    _show(list(api_of(url, key).every("/domains")), as_json)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="DOMAIN", help="Name of the domain.")],
    activate: Annotated[bool, typer.Option("--activate", help="Receive its reports at once.")] = False,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Add a domain; it receives reports once it is activated."""
    api = api_of(url, key)
    domain = api.post("/domains", {"domain": name})["data"]
    if activate:
        domain = api.post(f"/domains/{domain['id']}/activate")["data"]
    _show([domain], as_json)


@app.command()
def activate(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Receive the reports of a domain."""
    _show([api_of(url, key).post(f"/domains/{part(domain)}/activate")["data"]], as_json)


@app.command()
def deactivate(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Receive no more reports of a domain; what is there stays."""
    _show([api_of(url, key).post(f"/domains/{part(domain)}/deactivate")["data"]], as_json)


def _show(domains: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        show_json(domains)
        return
    columns = ("id", "domain", "active", "DNS", "reports go to")
    fields = ("id", "domain", "active", "dns_status", "reporting_address")
    show(columns, [[domain.get(field) for field in fields] for domain in domains])
