"""``postseal addresses``"""

from __future__ import annotations

from typing import Annotated, Final

import typer

from cli.client import part
from cli.commands.options import AsJson, Domain, First, Key, Last, Limit, Url, api_of
from cli.tables import show_items

app = typer.Typer(
    help="The addresses that send as a domain.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Address = Annotated[str, typer.Argument(metavar="IP", help="An IPv4 or IPv6 address.")]
Search = Annotated[str | None, typer.Option(help="Only what has this in it.")]
Category = Annotated[
    str | None, typer.Option(help="A standing, such as threat_unknown; or dmarc, spf, dkim, forwarded.")
]
Reporter = Annotated[str | None, typer.Option(help="By reports of these reporters alone.")]

_FIELDS: Final = {
    "address": "ip",
    "host": "hostname",
    "sender": "sender_name",
    "standing": "standing",
    "country": "country_code",
    "#messages": "total_volume",
    "#DMARC %": "passed_dmarc",
    "#SPF %": "passed_spf",
    "#DKIM %": "passed_dkim",
    "favourite": "is_favorite",
}
_ROWS: Final = {
    "reporter": "report_source",
    "begins": "begin",
    "from": "domain",
    "#messages": "total_volume",
    "policy": "applied_policy",
    "SPF": "spf_result",
    "SPF aligned": "aligned_spf",
    "DKIM": "dkim_result",
    "DKIM aligned": "aligned_dkim",
    "reason": "override_reason",
}


@app.command("list")
def listing(
    domain: Domain,
    search: Search = None,
    category: Category = None,
    reporter: Reporter = None,
    first: First = None,
    last: Last = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List the addresses, most messages first."""
    wanted = _wanted(search, category, reporter, first, last)
    found = api_of(url, key).every(f"/domains/{part(domain)}/ips", limit, **wanted)
    show_items(list(found), _FIELDS, as_json)


@app.command()
def rows(
    domain: Domain,
    ip: Address,
    search: Search = None,
    category: Category = None,
    reporter: Reporter = None,
    first: First = None,
    last: Last = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List what the reports say of one address, newest first."""
    wanted = _wanted(search, category, reporter, first, last)
    found = api_of(url, key).every(f"/domains/{part(domain)}/ips/{part(ip)}", limit, **wanted)
    show_items(list(found), _ROWS, as_json)


@app.command()
def favorites(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List the addresses that are marked as known to be good."""
    show_items(api_of(url, key).get(f"/domains/{part(domain)}/favorites")["data"], {"address": "ip"}, as_json)


@app.command()
def mark(domain: Domain, ip: Address, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Mark an address as known to be good."""
    path = f"/domains/{part(domain)}/favorites/{part(ip)}"
    show_items([api_of(url, key).request("PUT", path)["data"]], {"address": "ip"}, as_json)


@app.command()
def unmark(domain: Domain, ip: Address, url: Url = None, key: Key = None) -> None:
    """Take the mark away."""
    api_of(url, key).request("DELETE", f"/domains/{part(domain)}/favorites/{part(ip)}")


def _wanted(
    search: str | None, category: str | None, reporter: str | None, first: str | None, last: str | None
) -> dict[str, str | None]:
    return {
        "search": search,
        "category": category,
        "report_source": reporter,
        "date_from": first,
        "date_to": last,
    }
