from __future__ import annotations

from pathlib import Path

import dns.message
import pytest

from infra.local.dns_answer import answer
from infra.local.dns_sources import ZoneSources
from infra.local.stack_error import StackError
from infra.local.stack_file import Listener
from infra.local.zone_files import publish_txt, remove_zone, txt, write_zone


def texts(folder: Path, name: str) -> list[str]:
    zones = ZoneSources([folder], None).refresh()
    found = answer(zones, dns.message.make_query(name, "TXT")).answer
    return ["".join(part.decode() for part in data.strings) for rrset in found for data in rrset]


@pytest.mark.parametrize("value", ["", "plain", 'with "quotes" and \\', "long " * 200])
def test_a_text_is_served_as_it_was_given(tmp_path: Path, value: str) -> None:
    write_zone("orchard.example", [f"_dmarc IN TXT {txt(value)}"], folder=tmp_path)
    assert texts(tmp_path, "_dmarc.orchard.example") == [value]


def test_a_zone_is_replaced_and_removed(tmp_path: Path) -> None:
    write_zone("orchard.example", ["@ IN TXT old"], folder=tmp_path)
    write_zone("orchard.example", ["@ IN TXT new"], folder=tmp_path)
    assert texts(tmp_path, "orchard.example") == ["new"]
    remove_zone("orchard.example", folder=tmp_path)
    remove_zone("orchard.example", folder=tmp_path)
    assert texts(tmp_path, "orchard.example") == []


def test_a_record_that_is_not_served_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("infra.local.zone_files._PATIENCE", 0.2)
    monkeypatch.setattr("dns.query.udp", refused)
    with pytest.raises(StackError, match=r"_postseal\.orchard\.example"):
        publish_txt("_postseal.orchard.example", "x", Listener("127.0.0.1", 1), folder=tmp_path)
