"""``postseal tls``"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.options import AsJson, First, Key, Last, Limit, Url, api_of
from cli.tables import show_items, show_json

app = typer.Typer(
    help="TLS reports: sessions that failed, and the policies under which mail came.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
_Domains = Annotated[str | None, typer.Option("--domains", help="Names or ids, separated by commas.")]
_FAILURES = {
    "domain": "policy_domain",
    "result": "result_type",
    "#sessions": "failed_session_count",
    "host": "receiving_mx_hostname",
    "reporter": "organization_name",
    "begins": "begin",
}
_CAUSES = {
    "result": "result_type",
    "#sessions": "failed_session_count",
    "#domains": "domain_count",
    "first": "first_seen",
    "last": "last_seen",
}
_POLICIES = {
    "domain": "p_domain",
    "type": "p_type",
    "mode": "sts_p_mode",
    "#succeeded": "sum_success",
    "#failed": "sum_failed",
    "last seen": "last_seen",
}


@app.command()
def failures(
    domains: _Domains = None,
    result: Annotated[str | None, typer.Option(help="certificate-expired, ...")] = None,
    first: First = None,
    last: Last = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List failures of the last week, or of up to 60 days, latest day first."""
    wanted = {"domains": domains, "result_type": result, "begin": first, "end": last}
    found = list(api_of(url, key).every("/tls/failures", limit, **wanted))
    show_items(found, _FAILURES, as_json)


@app.command()
def causes(
    domains: _Domains = None,
    first: First = None,
    last: Last = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Sum up failures of the last week, or of up to 60 days, by their cause."""
    found = api_of(url, key).get("/tls/failures/summary", domains=domains, begin=first, end=last)["data"]
    if as_json:
        show_json(found)
        return
    show_items(found["failures"], _CAUSES, as_json)


@app.command()
def policies(
    domains: _Domains = None,
    order: Annotated[str | None, typer.Option(help="A column; with - before it, largest first.")] = None,
    limit: Limit = 25,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List the policies that senders found in the last 60 days, with their sessions."""
    found = list(api_of(url, key).every("/tls/policies", limit, domains=domains, ordering=order))
    show_items(found, _POLICIES, as_json)
