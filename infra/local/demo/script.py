"""The whole play: every mail of a demo, in the order in which it must be sent, and what must come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from infra.local.demo.oddities import oddities
from infra.local.demo.others import failure_reports, tls_reports
from infra.local.demo.packaging import mail_of
from infra.local.demo.traffic import Parameters, aggregates
from infra.local.demo.truth import Aggregate, Failure, Truth

PASSED = "spf=PASS dkim=PASS dmarc=PASS"
FORGED = "spf=FAIL dkim=FAIL dmarc=FAIL"


@dataclass(frozen=True, slots=True)
class Mail:
    """``verdicts`` go into the listener's test header."""

    recipient: str
    data: bytes
    verdicts: str = PASSED
    what: str = "a report"


@dataclass(frozen=True, slots=True)
class Script:
    """``first`` may be sent in any order; ``then`` only once all of it is stored, for it repeats and
    contradicts. ``truths`` are the reports that must end stored, ``forged`` the one of them whose mail
    disowns it, ``reasons`` the entries by reason that one performance must leave in quarantine."""

    parameters: Parameters
    first: tuple[Mail, ...]
    then: tuple[Mail, ...]
    truths: tuple[Truth, ...]
    forged: Aggregate
    reasons: Counter[str]


def write_script(parameters: Parameters, addresses: Mapping[str, str], report_domain: str) -> Script:
    """Everything to be sent. ``addresses`` has the reporting address of each domain."""
    reports = list(aggregates(parameters))
    forged = _forged(reports)
    others: list[Truth] = [*tls_reports(parameters), *failure_reports(parameters)]
    refused = {watched.name for watched in parameters.domains if not watched.failure_reports}
    unwanted = [truth for truth in others if isinstance(truth, Failure) and truth.domain in refused]
    odd = list(oddities(parameters, reports, dict(addresses), report_domain))
    sent: list[Truth] = [*reports, *others]
    first = [Mail(addresses[truth.domain], mail_of(truth, addresses[truth.domain])) for truth in sent]
    to = addresses[forged.domain]
    first.append(Mail(to, mail_of(forged, to), FORGED, "a forged report"))
    return Script(
        parameters=parameters,
        first=tuple(first),
        then=tuple(Mail(each.recipient, each.mail, what=each.what) for each in odd),
        truths=(*reports, forged, *(truth for truth in others if truth not in unwanted)),
        forged=forged,
        reasons=Counter(each.reason for each in odd if each.reason) + Counter(kind_disabled=len(unwanted)),
    )


def _forged(reports: list[Aggregate]) -> Aggregate:
    """A report that claims to be a big reporter's and whose mail disowns it: stored, and shown as such."""
    model = reports[-1]
    lines = tuple(replace(line, count=3) for line in model.lines)
    return replace(model, report_id=f"{model.report_id}666", lines=lines)
