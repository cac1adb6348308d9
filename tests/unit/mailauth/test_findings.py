from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.mailauth.findings import MOST_ALIKE, Finding, Flaw, Severity, bounded
from shared.mailauth.records import bimi, dkim, dmarc, mta_sts, tls_rpt

_FAULT = Flaw("fault", Severity.ERROR, "{subject} is wrong", "", "")
_OTHER = Flaw("other", Severity.INFO, "{subject} is odd", "", "")


def test_of_each_code_the_first_are_kept_in_their_order() -> None:
    findings = [*(_FAULT.found(str(n)) for n in range(MOST_ALIKE)), _OTHER.found("x")]

    assert bounded(findings) == tuple(findings)
    assert bounded([*findings, _FAULT.found("more"), _OTHER.found("y")]) == (*findings, _OTHER.found("y"))


@pytest.mark.parametrize(
    ("parse", "start"),
    [
        (lambda text: dmarc.parse(text).findings, "v=DMARC1; p=none;"),
        (lambda text: dkim.parse(text).findings, "v=DKIM1; p=;"),
        (lambda text: bimi.parse(text).findings, "v=BIMI1; l=;"),
        (lambda text: mta_sts.parse(text).findings, "v=STSv1; id=1;"),
        (lambda text: tls_rpt.parse(text).findings, "v=TLSRPTv1; rua=mailto:a@b.example;"),
    ],
    ids=["dmarc", "dkim", "bimi", "mta_sts", "tls_rpt"],
)
@pytest.mark.parametrize("fault", ["a;", ";", "p=x;", "z=é;", "é"])
def test_a_record_full_of_faults_has_few_findings(
    parse: Callable[[str], tuple[Finding, ...]], start: str, fault: str
) -> None:
    assert len(parse(start + fault * 5_000)) <= 5 * MOST_ALIKE
