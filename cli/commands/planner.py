"""``postseal planner``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client import part
from cli.commands.options import AsJson, Domain, First, Key, Last, Limit, Url, api_of
from cli.tables import show, show_items, show_json

app = typer.Typer(
    help="Whether domains may move to a stricter policy, and what that would do.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
_COLUMNS = {
    "domain": "domain",
    "policy": "current_policy",
    "#days": "days_at_policy",
    "ready": "policy_ready",
    "next": "recommendation",
    "#messages": "message_count",
    "#% pass": "dmarc_compliance_percent",
    "#issues": "issue_count",
    "#tasks": "task_count",
}
_FATES = ("#messages", "#delivered", "#quarantined", "#rejected", "#forwarded")


@app.command("list")
def listing(
    ready: Annotated[
        bool | None, typer.Option("--ready/--not-ready", help="Nothing is in the way, or something is.")
    ] = None,
    recommendation: Annotated[str | None, typer.Option(help="none, quarantine, reject, keep.")] = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List the domains with the policy that each may go to."""
    wanted = {"policy_ready": ready, "recommendation": recommendation}
    show_items(list(api_of(url, key).every("/policy-domains", limit, **wanted)), _COLUMNS, as_json)


@app.command()
def plan(
    domain: Domain,
    since: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD: published since, if it was so before it was watched.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """What is in the way of a domain's next policy, and what would be lost."""
    found = api_of(url, key).get(f"/domains/{part(domain)}/policy-plan", published_since=since)["data"]
    if as_json:
        show_json(found)
        return
    ready = "ready" if found["policy_ready"] else "not ready"
    typer.echo(f"{found['domain']}: {ready}; recommended: {found['recommendation']}")
    for blocker in found["blockers"]:
        typer.echo(f"- {blocker['message']}")
    rows = [
        (each["sender_name"], each["standing"], each["messages"], each["failing"], each["forwarded"])
        for each in found["sources"]
    ]
    show(("sender", "standing", "#messages", "#failing", "#forwarded"), rows)


@app.command()
def simulate(
    domain: Domain,
    policy: Annotated[str, typer.Option("--policy", "-p", help="none, quarantine or reject.")] = "reject",
    subdomains: Annotated[str | None, typer.Option("--sp", help="For subdomains.")] = None,
    adkim: Annotated[str, typer.Option(help="Alignment of DKIM: r or s.")] = "r",
    aspf: Annotated[str, typer.Option(help="Alignment of SPF: r or s.")] = "r",
    testing: Annotated[bool, typer.Option("--testing", help="With t=y.")] = False,
    first: First = None,
    last: Last = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """What a policy would have done to the mail of a domain, by sender."""
    asked = {"p": policy, "sp": subdomains, "adkim": adkim, "aspf": aspf, "t": testing}
    body = {**asked, "start_date": first, "end_date": last}
    found = api_of(url, key).post(f"/domains/{part(domain)}/simulate", body)["data"]
    if as_json:
        show_json(found)
        return
    lines = [("all, as reported", found["reported"]), ("all, as simulated", found["simulated"])]
    lines += [(each["sender_name"], each) for each in found["sources"]]
    names = [column.removeprefix("#") for column in _FATES]
    show(("sender", *_FATES), [(name, *(fate[each] for each in names)) for name, fate in lines])
