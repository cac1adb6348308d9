"""Reports that meet in their addresses, senders and verdicts, and questions that cut between them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from shared.core.addresses import HostName
from shared.core.clock import epoch_of
from shared.core.detail.codes import DISPOSITIONS, DKIM_RESULTS, SPF_RESULTS, FilterOption
from shared.core.detail.questions import Filters, Question
from shared.core.ids import DomainId, ReportId
from shared.core.mail import Trust
from shared.core.reports import Fact
from shared.core.segments import SegmentWriter
from shared.core.senders.numbers import source_number
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Override,
    Row,
    SpfAuth,
)
from tests.unit.core.detail.plain import Known
from tests.unit.core.world import fact, row, said

FIRST = date(2026, 11, 10)
DAYS = 12
HOSTS = {
    "8.8.8.8": HostName("out1.sendgrid.net", True, 0),
    "8.8.8.9": HostName("out2.sendgrid.net", True, 0),
    "9.9.9.9": HostName("mx.orchard.example", True, 0),
    "1.1.1.1": HostName("claims.google.com", False, 0),
    "2620:fe::fe": HostName(None, False, 0),
}
IPS = (*HOSTS, "192.0.2.1", "2620:fe::9", "not an address")
KNOWN = Known({"8.8.8.8": "US", "8.8.8.9": "US", "9.9.9.9": "CH", "2620:fe::fe": "DE"}, HOSTS)
NAMES = ("orchard.example", "news.orchard.example", "sendgrid.net", "mailchimp.com", "spoof.example")

_result = st.sampled_from(("pass", "fail", "none", "neutral", "temperror", "permerror", "nonsense"))
_verdict = st.sampled_from(("pass", "fail", None))
_name = st.sampled_from(NAMES)
_overrides = st.lists(
    st.builds(
        Override,
        st.sampled_from(("forwarded", "mailing_list", "local_policy", "sampled_out")),
        st.sampled_from((None, "arc=pass", "Known List", "")),
    ),
    max_size=2,
).map(tuple)
_auth = st.builds(
    AuthResults,
    st.lists(
        st.builds(DkimAuth, _name, st.sampled_from(("s1", None)), _result | st.just("policy")), max_size=2
    ).map(tuple),
    st.lists(
        st.builds(SpfAuth, _name, st.sampled_from(("mfrom", "helo", None)), _result | st.just("softfail")),
        max_size=2,
    ).map(tuple),
)
rows = st.builds(
    Row,
    st.sampled_from(IPS),
    st.integers(1, 60) | st.just(2**53 - 1),
    st.builds(
        Evaluated, st.sampled_from(("none", "quarantine", "reject", None)), _verdict, _verdict, _overrides
    ),
    st.builds(Identifiers, st.sampled_from(("orchard.example", "shop.orchard.example", "other.example"))),
    _auth,
)


@st.composite
def stored_facts(draw: st.DrawFn) -> list[Fact]:
    """In the order in which the store has them."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        writer = SegmentWriter()
        for each in draw(st.lists(rows, min_size=1, max_size=6)):
            writer(each)
        base = fact(said(row()))
        summary = replace(
            base.summary,
            id=ReportId(number + 1),
            domain_id=DomainId(draw(st.sampled_from((19, 20)))),
            begin=epoch_of(FIRST + timedelta(days=draw(st.integers(0, DAYS - 1)))),
            trust=draw(st.sampled_from(Trust)),
            reporter=draw(st.sampled_from(("Google.com", "Yahoo", "ISP"))),
            email=draw(st.sampled_from(("noreply@google.com", "a@yahoo.example", "none"))),
        )
        made.append(replace(base, summary=summary, segment=writer.pack()))
    return sorted(made, key=lambda each: (each.summary.domain_id, each.summary.day))


def _some(values: object) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(sorted(values)), min_size=1, unique=True).map(tuple)  # type: ignore[call-overload]


filters = st.builds(
    Filters,
    option=st.sampled_from(FilterOption),
    reporters=_some(("google.com", "yahoo", "yahoo.example", "isp")),
    trusts=st.lists(st.sampled_from(Trust), min_size=1, unique=True).map(tuple) | st.just(tuple(Trust)),
    network=st.sampled_from(("", "", "8.8.8.0/24", "2620:fe::/48", "192.0.2.1/32")),
    countries=_some(("US", "CH", "DE")),
    spf_results=_some(set(SPF_RESULTS.values())),
    dkim_results=_some(set(DKIM_RESULTS.values())),
    spf_aligned=st.sampled_from(("", "", "pass", "fail")),
    dkim_aligned=st.sampled_from(("", "", "pass", "fail")),
    dispositions=_some(set(DISPOSITIONS.values())),
    numbers=st.just(()) | st.lists(_name.map(source_number), min_size=1, unique=True).map(tuple),
    spf_domain=st.sampled_from(("", "", "orchard.example", "sendgrid.net")),
    host=st.sampled_from(("", "", "sendgrid.net", "out1.sendgrid.net", "example")),
    comment=st.sampled_from(("", "", "arc=", "list")),
)


def _only(name: str, drawn: Filters) -> Filters:
    alone: dict[str, Any] = {name: getattr(drawn, name)}
    return Filters(**alone)


def only(name: str) -> st.SearchStrategy[Filters]:
    """One filter that filters something: all together leave nothing, each of them alone has to show."""
    return filters.map(partial(_only, name)).filter(lambda chosen: chosen != Filters())


FILTERS = tuple(field.name for field in fields(Filters))
one_filter = st.sampled_from(FILTERS).flatmap(only)
questions = st.builds(
    lambda first, length, domains, chosen: Question(
        FIRST + timedelta(days=first), FIRST + timedelta(days=first + length), domains, chosen
    ),
    st.integers(0, 3),
    st.integers(0, DAYS),
    st.sampled_from((None, (DomainId(19),), (DomainId(19), DomainId(20)))),
    one_filter | one_filter | filters,
)
