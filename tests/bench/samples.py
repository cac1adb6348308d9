"""What the parsing benchmark reads: generated, the same bytes for both sides."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.fixtures.packaging import Attached, gzip, mail, zip_of
from tests.fixtures.reports import Record, aggregate_xml

_SENDERS = ("orchard.example", "sendgrid.net", "mailgun.org", "amazonses.com", "google.com")
_VERDICTS = (("pass", "pass"), ("pass", "fail"), ("fail", "pass"), ("fail", "fail"))


def small_reports(folder: Path, count: int = 400) -> None:
    """Reports of one to ten rows, as small reporters and most days of large ones have them."""
    chance = random.Random(1)
    for number in range(count):
        (folder / f"{number:04}.xml").write_bytes(_small(chance, number))


def mails(folder: Path, count: int = 200) -> None:
    """The same in mails: gzip, zip and bare XML, in turn."""
    chance = random.Random(2)
    for number in range(count):
        xml = _small(chance, number)
        packed = (
            Attached(gzip(xml), "application/gzip", f"r!orchard.example!1!{number}.xml.gz"),
            Attached(zip_of((f"{number}.xml", xml)), "application/zip", f"r!orchard.example!1!{number}.zip"),
            Attached(xml, "text/xml", f"r!orchard.example!1!{number}.xml"),
        )[number % 3]
        (folder / f"{number:04}.eml").write_bytes(mail(packed))


def large_report(path: Path, rows: int, *, varied: bool) -> None:
    """One report, indented as most are, some 700 bytes a row. ``varied``: hardly two rows share a part."""
    whole = aggregate_xml(records=(), domain="orchard.example").decode()
    head, _, tail = whole.rpartition("</feedback>")
    with path.open("w") as file:
        file.write(head)
        file.writelines(_rows(rows, varied=varied))
        file.write(f"</feedback>{tail}")


def _small(chance: random.Random, number: int) -> bytes:
    records = [_record(chance) for _ in range(chance.randint(1, 10))]
    return aggregate_xml(
        records=records,
        report_id=f"r{number}",
        shape=chance.choice(("rfc7489", "rfc9990")),
        domain="orchard.example",
    )


def _record(chance: random.Random) -> Record:
    dkim, spf = chance.choice(_VERDICTS)
    sender = chance.choice(_SENDERS)
    return Record(
        source_ip=f"203.0.113.{chance.randrange(256)}",
        count=chance.randint(1, 500),
        dkim_aligned=dkim,
        spf_aligned=spf,
        header_from="orchard.example",
        dkim=((sender, "s1", "pass"),),
        spf=((f"bounce.{sender}", "mfrom", "pass"),),
    )


def _rows(count: int, *, varied: bool) -> Iterator[str]:
    chance = random.Random(3)
    for number in range(count):
        dkim, spf = chance.choice(_VERDICTS)
        sender = f"m{number}.sender.example" if varied else chance.choice(_SENDERS)
        selector = f"s{number}" if varied else "s1"
        yield f"""  <record>
    <row>
      <source_ip>10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}</source_ip>
      <count>{chance.randint(1, 9)}</count>
      <policy_evaluated>
        <disposition>none</disposition>
        <dkim>{dkim}</dkim>
        <spf>{spf}</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <envelope_from>bounce.{sender}</envelope_from>
      <header_from>orchard.example</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>{sender}</domain>
        <selector>{selector}</selector>
        <result>pass</result>
      </dkim>
      <spf>
        <domain>bounce.{sender}</domain>
        <scope>mfrom</scope>
        <result>pass</result>
      </spf>
    </auth_results>
  </record>
"""
