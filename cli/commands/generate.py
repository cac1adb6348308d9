"""``postseal generate``"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client import part
from cli.commands.options import AsJson, Domain, Key, Url, api_of
from cli.printable import printable
from cli.tables import show, show_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Policy = Annotated[str | None, typer.Option(metavar="none|quarantine|reject")]
Alignment = Annotated[str | None, typer.Option(metavar="r|s")]
Addresses = Annotated[
    list[str] | None, typer.Option(metavar="ADDRESS", help="Beside our own; may be given several times.")
]


@app.command()
def generate(
    domain: Domain,
    p: Policy = None,
    sp: Policy = None,
    np: Policy = None,
    t: Annotated[str | None, typer.Option(metavar="y|n")] = None,
    psd: Annotated[str | None, typer.Option(metavar="u|y|n")] = None,
    adkim: Alignment = None,
    aspf: Alignment = None,
    fo: Annotated[str | None, typer.Option(metavar="0:1:d:s")] = None,
    pct: Annotated[int | None, typer.Option(min=0, max=100, help="Of the past: translated to t.")] = None,
    rua: Addresses = None,
    ruf: Addresses = None,
    publish: Annotated[bool, typer.Option("--publish", help="Host it, too.")] = False,
    parked: Annotated[
        bool, typer.Option("--parked", help="All records of a domain without mail, instead.")
    ] = False,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make the DMARC record of a domain: one line, ready to be published at _dmarc."""
    api = api_of(url, key)
    if parked:
        _show_parked(api.get(f"/domains/{part(domain)}/parked-records")["data"], as_json)
        return
    tags = {
        "p": p,
        "sp": sp,
        "np": np,
        "t": t,
        "psd": psd,
        "adkim": adkim,
        "aspf": aspf,
        "fo": fo,
        "pct": pct,
    }
    lists = {"additional_rua_emails": rua or [], "additional_ruf_emails": ruf or []}
    wishes = {name: value for name, value in tags.items() if value is not None}
    made = api.post(f"/domains/{part(domain)}/dmarc-record", {**wishes, **lists, "publish": publish})["data"]
    if as_json:
        show_json(made)
        return
    print(printable(made["record"]))
    for finding in made["findings"]:
        typer.echo(printable(f"{finding['severity']}: {finding['message']} {finding['advice']}"), err=True)


def _show_parked(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    fields = ("name", "type", "value", "purpose")
    show(fields, [[record[field] for field in fields] for record in found["records"]])
