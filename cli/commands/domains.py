"""``postseal domains``"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import operator_domains
from cli.client import part
from cli.commands.options import AsJson, Domain, Key, Limit, StackFile, Url, api_of
from cli.stops import REFUSED, USAGE, Stop
from cli.tables import show, show_json

app = typer.Typer(
    help="The domains of the account.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.command("list")
def listing(
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Part of the name.")] = None,
    parent: Annotated[str | None, typer.Option(metavar="DOMAIN", help="Only subdomains of it.")] = None,
    dns: Annotated[str | None, typer.Option(metavar="STATUS", help="valid, invalid, missing, error.")] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="POLICY", help="none, quarantine, reject, missing, invalid, unknown."),
    ] = None,
    errors: Annotated[
        bool | None, typer.Option("--errors/--no-errors", help="With errors in their DNS, or without.")
    ] = None,
    verified: Annotated[
        bool | None, typer.Option("--verified/--unverified", help="Shown to be yours, or not.")
    ] = None,
    order: Annotated[
        str | None, typer.Option(help="domain, volume, state_spf ...; with - before it, largest first.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List the domains of the account, with the address that their reports go to, and what was sent as them
    in the last seven days."""
    wanted: dict[str, Any] = {
        "name": name,
        "parent": parent,
        "dns_status": dns,
        "dmarc_policy": policy,
        "has_errors": errors,
        "verified": verified,
        "ordering": order,
    }
    given = {param: value for param, value in wanted.items() if value is not None}
    _show(list(api_of(url, key).every("/domains", **given)), as_json, counted=True)


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


@app.command()
def verify(
    domain: Domain,
    trust: Annotated[
        bool, typer.Option("--trust", help="Take its ownership as proved (operators, with AWS credentials).")
    ] = False,
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="With --trust: the account whose domain it is.")
    ] = None,
    stack_file: StackFile = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Look now for proof that a domain is yours; say what to publish if there is none.

    With --trust nothing is looked up: for domains that come from another deployment.
    """
    if trust:
        if account is None:
            raise Stop("--trust takes --account", USAGE)
        seen = operator_domains.trust(account, domain, stack_file)
    else:
        seen = api_of(url, key).post(f"/domains/{part(domain)}/verify")["data"]
    if as_json:
        show_json(seen)
    else:
        checks = [
            [check[field] for field in ("proof", "name", "status", "detail")] for check in seen["checks"]
        ]
        if checks:
            show(("proof", "at", "status", "detail"), checks)
        print(f"{seen['domain']}: {'verified' if seen['is_verified'] else 'not verified'}")
    if not seen["is_verified"]:
        record = seen["record"]
        raise Stop(f"publish {record['name']} {record['type']} {record['value']!r}", REFUSED)


@app.command("dns")
def show_dns(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """What the last check found of a domain's DNS, and what to change. Exits with 1 unless DMARC and SPF are
    valid."""
    found = api_of(url, key).get(f"/domains/{part(domain)}/dns")["data"]
    if as_json:
        show_json(found)
    else:
        _show_dns(found)
    wrong = [name for name in ("dmarc", "spf") if found[name]["status"] != "valid"]
    if wrong:
        raise Stop(f"{found['domain']}: {found['dns_status_message']}", REFUSED)


@app.command("refresh-dns")
def refresh_dns(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Have a domain's DNS checked now; the result is there within moments."""
    _show([api_of(url, key).post(f"/domains/{part(domain)}/refresh_dns")["data"]], as_json)


@app.command()
def history(
    domain: Domain, limit: Limit = 25, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """What changed in a domain's DNS, before and after."""
    changes = list(api_of(url, key).every(f"/domains/{part(domain)}/dns/history", limit))
    if as_json:
        show_json(changes)
        return
    rows = [
        [change["changed_at"] if not place else "", change["kind"] if not place else "", sign, line]
        for change in changes
        for place, (sign, line) in enumerate(_difference(change))
    ]
    show(("changed", "kind", "", "record"), rows)


def _show(domains: list[dict[str, Any]], as_json: bool, *, counted: bool = False) -> None:
    if as_json:
        show_json(domains)
        return
    columns = {
        "id": "id",
        "domain": "domain",
        "active": "active",
        "dns_status": "DNS",
        "reporting_address": "reports go to",
        **({"volume": "messages", "count_threat_other": "threat"} if counted else {}),
    }
    show(tuple(columns.values()), [[domain.get(field) for field in columns] for domain in domains])


def _show_dns(found: dict[str, Any]) -> None:
    rows = []
    findings = [*found["findings"]]
    for name in ("dmarc", "spf", "dkim", "mx", "mta_sts", "tls_rpt", "bimi"):
        kind = found[name]
        records = kind["records"] or [None]
        rows += [[name.replace("_", "-"), kind["status"], kind["since"], record] for record in records]
        findings += kind["findings"]
    checked = found["last_checked_at"] or "not checked yet"
    show(("kind", "status", "since", "record"), rows, title=f"{found['domain']}, {checked}")
    if findings:
        show(
            ("severity", "finding", "what to do"),
            [[finding["severity"], finding["message"], finding["advice"]] for finding in findings],
        )


def _difference(change: dict[str, Any]) -> list[tuple[str, str]]:
    """Lines that went, then lines that came."""
    before, after = change["before"], change["after"]
    gone = [("-", line) for line in before if line not in after]
    return [*gone, *(("+", line) for line in after if line not in before)]
