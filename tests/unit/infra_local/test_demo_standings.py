"""The demo's senders are taken for what they are, by the rule that days are rolled up with."""

from __future__ import annotations

from datetime import date

from infra.local.demo.cast import CAST, CONDUCTS, Conduct
from infra.local.demo.mending import mending
from infra.local.demo.traffic import Parameters, aggregates
from infra.local.demo.truth import Line
from shared.core.addresses import HostName, Network
from shared.core.senders.catalogue import builtin
from shared.core.senders.identification import Evidence, identify
from shared.core.senders.standing import Standing, standing_of
from shared.mailauth.reports.values import AuthResults, DkimAuth, Evaluated, Override, SpfAuth

PARAMETERS = Parameters(date(2026, 11, 20), days=10, domains=CAST)
HOSTS = {
    host.ip: HostName(host.name, True, 0)
    for watched in CAST
    for sender in watched.senders
    for host in sender.hosts
    if host.name
}
MEANT = {
    Conduct.ALIGNED: Standing.CAPABLE,
    Conduct.DKIM_ONLY: Standing.CAPABLE,
    Conduct.MISALIGNED: Standing.CAPABLE,
    Conduct.FORWARDER: Standing.FORWARDER,
    Conduct.SPOOFER: Standing.THREAT,
}


def standing(line: Line) -> Standing:
    evidence = Evidence(
        line.header_from,
        AuthResults(
            tuple(DkimAuth(*signature) for signature in line.signatures),
            (SpfAuth(line.bounce, "mfrom", line.bounce_result),),
        ),
        HOSTS.get(line.ip),
        Network(),
    )
    evaluated = Evaluated(
        line.disposition,
        "pass" if line.dkim else "fail",
        "pass" if line.spf else "fail",
        (Override(line.override),) if line.override else (),
    )
    return standing_of(evaluated, evidence, identify(evidence, builtin()))


def test_every_line_has_the_standing_of_its_sender() -> None:
    reports = (*aggregates(PARAMETERS), *mending(PARAMETERS.last_day).since)
    lines = [line for report in reports for line in report.lines]
    assert {CONDUCTS[line.sender] for line in lines} == set(Conduct)
    wrong = {
        (line.sender, standing(line)) for line in lines if standing(line) is not MEANT[CONDUCTS[line.sender]]
    }
    assert wrong == set()
