"""``postseal detail-report``"""

from __future__ import annotations

import csv
import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.commands.options import AsJson, Key, Limit, Url, api_of
from cli.printable import printable
from cli.stops import REFUSED, Stop
from cli.tables import percent, show, show_json

if TYPE_CHECKING:
    from cli.client import Api

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_POLL: Final = 2.0
_SOURCES: Final = ("standing", "source", "#messages", "#addresses", "DMARC pass", "#affected", "#forwarded")
_ROWS: Final = (
    "from_domain",
    "ip",
    "ptr",
    "country_code",
    "message_count",
    "policy_applied",
    "reason",
    "dkim_policy_result",
    "dkim_result",
    "dkim_d",
    "spf_policy_result",
    "spf_result",
    "spf_d",
    "source_name",
    "standing",
)


class Option(StrEnum):
    ALL = "none"
    IMPACT = "impact"
    NON_COMPLIANT = "non_compliant"
    COMPLIANT = "compliant"


@app.command()
def detail_report(
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day, UTC.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day, UTC.")],
    domain: Annotated[list[str] | None, typer.Option(help="Name or id; there may be several.")] = None,
    option: Annotated[Option, typer.Option("--show", help="Which rows are wanted.")] = Option.ALL,
    source_ip: Annotated[str, typer.Option("--ip", metavar="CIDR", help="Only these addresses.")] = "",
    rows: Annotated[bool, typer.Option("--csv", help="Every row, as CSV, instead of the sources.")] = False,
    ordering: Annotated[str, typer.Option(help="Of the rows.")] = "-message_count",
    limit: Limit = 1_000_000,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Every row of the reports of some days, summed: asked for, waited for and shown.

    The same question is answered at once for three days."""
    api = api_of(url, key)
    asked = {
        "domains": domain or [],
        "start_date": first,
        "end_date": last,
        "filter_option": option.value,
        "ip_cidr": source_ip,
    }
    here = _finished(api, api.post("/detail-reports", asked)["data"])
    if rows:
        _write(api.every(f"{here}/domains", limit, ordering=ordering))
        return
    found = api.get(f"{here}/sources")["data"]
    if as_json:
        show_json(found)
        return
    standings = list(found["source_counts"])
    show(_SOURCES, [_source(standing, each) for standing in standings for each in found[standing]])


def _finished(api: Api, job: dict[str, Any]) -> str:
    here = f"/detail-reports/{job['token']}"
    while job["progress"]["value"] < 100:
        if job["status"] == "failed":
            raise Stop(f"the report failed: {job['reason']}", REFUSED)
        if sys.stderr.isatty():
            print(f"{job['progress']['value']:3} % {job['progress']['label']}", file=sys.stderr)
        time.sleep(_POLL)
        job = api.get(here)["data"]
    return here


def _source(standing: str, source: dict[str, Any]) -> list[object]:
    messages = source["message_count"]
    passed = percent(round(messages * source["dmarc_pass_percent"] / 100), messages)
    figures = (source["affected_count"], source["forwarded_count"])
    return [standing, source["name"], messages, source["ip_count"], passed, *figures]


def _write(found: Any) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(_ROWS)
    for row in found:
        writer.writerow([_cell(row[field]) for field in _ROWS])


def _cell(value: object) -> object:
    """What reporters wrote is neither to steer a terminal nor to be a formula."""
    if isinstance(value, int):
        return value
    text = printable(str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
