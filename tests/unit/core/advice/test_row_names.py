from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.core.addresses import HostName, NoPlaces
from shared.core.advice.row_names import named_by
from shared.core.counters import Counters
from shared.core.rolling import roll_up
from shared.core.rollups import SourceLine
from shared.core.senders.catalogue import builtin
from shared.mailauth.reports.values import AuthResults, DkimAuth, Row
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, TODAY, fact, row, said

HOSTS = {
    "192.0.2.1": HostName("bendel.debian.org", True, NOW),
    "192.0.2.2": HostName("mail.orchard.example", False, NOW),
}
SIGNERS = ("orchard.example", "orchard.20230601.gappssmtp.com", "mcsv.net", "nobody.example")
RETURNS = ("orchard.example", "bounce.mcsv.net", "lists.debian.org", "other.example")
SENT = st.builds(
    row,
    st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
    st.integers(1, 50),
    signed_by=st.sampled_from(SIGNERS),
    selector=st.sampled_from(["s1", "k2", "google"]),
    returned_to=st.sampled_from(RETURNS),
    header_from=st.sampled_from(["orchard.example", "News.Orchard.Example"]),
    raw=st.sampled_from(["pass", "fail"]),
)


@given(st.lists(SENT, min_size=1, max_size=12))
def test_rows_are_named_as_the_table_of_sources_names_them(rows: list[Row]) -> None:
    detail = roll_up(
        *(ACCOUNT.id, DOMAIN.id, TODAY, [fact(said(*rows))]),
        places=NoPlaces(),
        catalogue=builtin(),
        hosts=lambda asked: {ip: HOSTS[ip] for ip in asked if ip in HOSTS},
    ).rollup.detail
    table: Counter[tuple[str, str]] = Counter()
    for line in detail.shares[0].sources:
        table[line.sender_domain, line.sender_name] += line.counters.messages

    named = named_by(detail.shares[0].sources, builtin())

    by_row: Counter[tuple[str, str]] = Counter()
    for each in rows:
        by_row[named(each)] += each.count
    assert by_row == table


def test_where_identification_gives_none_of_them_it_is_the_one_that_authenticated() -> None:
    def line(sender: str, *dkim: str, ip: str = "192.0.2.1") -> SourceLine:
        return SourceLine(sender, sender.upper(), "x", "dkim", ip, Counters(), dkim_domains=dkim)

    silent = row(raw="fail")
    lines = [line("b.example", "c.example"), line("a.example", "a.example"), line("c", ip="::1")]
    named = named_by(lines, builtin())
    signed = replace(silent, auth=AuthResults((DkimAuth("c.example", None, "pass"),)))
    assert named(signed) == ("b.example", "B.EXAMPLE")
    assert named(silent) == ("a.example", "A.EXAMPLE")
    assert named(replace(silent, source_ip="192.0.2.99")) == ("unknown", "unknown")
