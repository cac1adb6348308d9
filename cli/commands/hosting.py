"""``postseal hosting``"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from cli.client import part
from cli.commands.options import AsJson, Domain, Key, Url, api_of
from cli.printable import printable
from cli.stops import Stop
from cli.tables import show, show_json

_QUIET: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": None, "add_completion": False}

app = typer.Typer(help="Records that are hosted here, behind CNAMEs of yours.", **_QUIET)
dmarc = typer.Typer(help="The DMARC record.", **_QUIET)
mta_sts = typer.Typer(help="The MTA-STS policy with its record, and the TLS-RPT record.", **_QUIET)
app.add_typer(dmarc, name="dmarc")
app.add_typer(mta_sts, name="mta-sts")


@app.command("show")
def show_all(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """What is hosted for a domain, and the CNAMEs to make."""
    found = api_of(url, key).get(f"/domains/{part(domain)}/hosting")["data"]
    if as_json:
        show_json(found)
        return
    _show_dmarc(found["dmarc"], False)
    _show_mta_sts(found["mta_sts"], False)


@dmarc.command("on")
def dmarc_on(
    domain: Domain,
    record: Annotated[
        str | None, typer.Option(help="What to host; else the last one, or the default.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Host the DMARC record of a domain, or change it."""
    body = {} if record is None else {"record": record}
    _show_dmarc(api_of(url, key).request("PUT", _path(domain, "dmarc"), json=body)["data"], as_json)


@dmarc.command("off")
def dmarc_off(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Host it no more; it goes on answering as long as your CNAME leads to it."""
    _show_dmarc(api_of(url, key).request("DELETE", _path(domain, "dmarc"))["data"], as_json)


@dmarc.command("show")
def dmarc_show(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """The record and its CNAME, as last seen."""
    _show_dmarc(api_of(url, key).get(_path(domain, "dmarc"))["data"], as_json)


@dmarc.command("verify")
def dmarc_verify(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Look now whether all is in place; exit code 1 unless it is."""
    seen = api_of(url, key).post(f"{_path(domain, 'dmarc')}/verify")["data"]
    _conclude(domain, seen, as_json)


@mta_sts.command("on")
def mta_sts_on(
    domain: Domain,
    mode: Annotated[str | None, typer.Option(help="enforce, testing or none.")] = None,
    mx: Annotated[
        list[str] | None, typer.Option(help="A mail host, or *. and a name; may be given several times.")
    ] = None,
    max_age: Annotated[int | None, typer.Option(metavar="SECONDS", help="How long senders keep it.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Host MTA-STS and TLS-RPT, or change the policy. What is left out stays as it is; at first it is mode
    testing, a day, and the hosts of the MX records."""
    said = {"mode": mode, "mx": mx or None, "max_age": max_age}
    body = {name: value for name, value in said.items() if value is not None}
    _show_mta_sts(api_of(url, key).request("PUT", _path(domain, "mta-sts"), json=body)["data"], as_json)


@mta_sts.command("off")
def mta_sts_off(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Host it no more: a policy of mode none is served until all senders forgot the others."""
    _show_mta_sts(api_of(url, key).request("DELETE", _path(domain, "mta-sts"))["data"], as_json)


@mta_sts.command("show")
def mta_sts_show(domain: Domain, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """The policy, the records and their CNAMEs, as last seen."""
    _show_mta_sts(api_of(url, key).get(_path(domain, "mta-sts"))["data"], as_json)


@mta_sts.command("verify")
def mta_sts_verify(
    domain: Domain,
    record: Annotated[str, typer.Option(help="policy, mta_sts, tls_rpt or all.")] = "all",
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Look now whether all is in place; exit code 1 unless it is."""
    path = f"{_path(domain, 'mta-sts')}/verify"
    seen = api_of(url, key).request("POST", path, params={"record": record})["data"]
    _conclude(domain, seen, as_json)


def _path(domain: str, service: str) -> str:
    return f"/domains/{part(domain)}/hosting/{service}"


def _conclude(domain: str, seen: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(seen)
    else:
        _show_places(seen)
        print(printable(f"{domain}: {seen['overall_status']}"))
    if seen["overall_status"] != "ready":
        raise Stop(f"{domain} is not ready: {seen['overall_status']}")


def _show_dmarc(hosted: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(hosted)
        return
    print(f"DMARC: {_word(hosted)}")
    if hosted["record"]:
        print(printable(hosted["record"]))
    _show_places(hosted)
    _show_findings(hosted)


def _show_mta_sts(hosted: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(hosted)
        return
    print(f"MTA-STS: {_word(hosted)}")
    policy = hosted["policy"]
    if policy:
        hosts = printable(", ".join(policy["mx"])) or "no hosts"
        print(f"mode {policy['mode']}, {policy['max_age']} seconds, {hosts}")
    _show_places(hosted)
    _show_findings(hosted)


def _word(hosted: dict[str, Any]) -> str:
    return str(hosted["overall_status"]) if hosted["enabled"] else "off"


def _show_places(hosted: dict[str, Any]) -> None:
    rows = list(_places(hosted))
    if rows:
        show(("name", "type", "leads to / holds", "status", "instead"), rows)


def _places(hosted: dict[str, Any]) -> Iterator[list[object]]:
    pairs = [(hosted.get("cname"), hosted.get("txt_record")), (hosted.get("policy_cname"), None)]
    records = [hosted.get(name) for name in ("mta_sts_record", "tls_rpt_record")]
    pairs += [(record["cname"], record["txt_record"]) for record in records if record]
    for cname, text in pairs:
        if cname:
            instead = cname["current_value"] if cname["status"] == "misconfigured" else cname["error"]
            yield [cname["host"], "CNAME", cname["expected_value"], cname["status"], instead]
        if text:
            yield [text["host"], "TXT", text["value"], text["status"], ""]
    file = hosted.get("policy_file")
    if file:
        yield [file["url"], "file", file["host_state"], file["status"], file["reason"]]


def _show_findings(hosted: dict[str, Any]) -> None:
    for finding in hosted["findings"]:
        print(printable(f"{finding['severity']}: {finding['message']} {finding['advice']}"))
