from __future__ import annotations

import io
import json
import zipfile

import pytest

from shared.core import exports
from shared.core.accounts import Account
from shared.core.exports import Exporter, begin_export, links
from shared.core.ids import AccountId, DomainId
from shared.core.queues import ExportPiece
from shared.mailauth.reports.values import Kind
from tests import fakes
from tests.contract import given
from tests.contract.closing_scene import Scene
from tests.contract.stores import AwsStores

MINE, THEIRS = 7_777_000_000_001, 8_888_000_000_001
IDS = (7_777_000_100_000, 8_888_000_100_000)


@pytest.fixture
def scene(aws: AwsStores) -> Scene:
    scene = Scene(aws)
    for number, first in zip((MINE, THEIRS), IDS, strict=True):
        scene.fill(scene.account(number), first, bare=False)
        begun = scene.exports.get(AccountId(number))
        assert begun is not None
        scene.exports.finish(begun, scene.now())
    return scene


def exporter(scene: Scene) -> Exporter:
    aws = scene.aws
    return Exporter(aws.accounts, aws.domains, scene.holdings, aws.mailbox, scene.exports, scene.archive)


def exported(scene: Scene, account: Account) -> dict[str, dict[str, bytes]]:
    """The content of every file, by archive and name."""
    queue = fakes.FakeExportings()
    begun = begin_export(scene.exports, queue, account.id, now=scene.now(), random_bits=lambda _: 1)
    piece: ExportPiece | None = queue.sent[0]
    while piece is not None:
        following = exporter(scene).advance(piece, scene.now())
        # A piece that is done twice writes the same archive again.
        assert exporter(scene).advance(piece, scene.now()) in (following, None)
        piece = following
    done = scene.exports.get(account.id)
    assert done is not None
    assert done.id == begun.id
    assert done.finished == scene.now()
    found = {}
    for file, _ in links(scene.archive, done):
        key = f"data/exports/{account.id}/{done.id}/{file.name}"
        with zipfile.ZipFile(io.BytesIO(scene.objects()[key])) as archive:
            found[file.name] = {name: archive.read(name) for name in archive.namelist()}
    return found


def account_of(scene: Scene, number: int) -> Account:
    account = scene.aws.accounts.get(AccountId(number))
    assert account is not None
    return account


def test_an_export_holds_everything_that_can_be_read(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_REPORTS", 20)
    domain = scene.aws.domains.get(AccountId(MINE), DomainId(IDS[0]))
    assert domain is not None
    for number in range(25):
        tls = given.fact(domain, kind=Kind.TLS, report_id=f"r{number}", says=number, retention=400)
        scene.aws.reports.file(tls)
    scene.aws.mailbox.put("inbound/r7", b"From: reporter")

    archives = exported(scene, account_of(scene, MINE))

    assert list(archives) == [
        "00000-account.zip",
        f"00001-{domain.name}.zip",
        f"00002-{domain.name}.zip",
    ]
    records = [json.loads(line) for line in archives["00000-account.zip"]["records.jsonl"].splitlines()]
    kinds = {record["kind"] for record in records}
    assert {"account", "domain", "api_key", "member", "group", "tag", "audit", "quarantine"} <= kinds
    assert {"upload", "dns", "day_totals", "day_detail", "account_day"} <= kinds
    reports = [
        json.loads(line)
        for archive in archives.values()
        if "reports.jsonl" in archive
        for line in archive["reports.jsonl"].splitlines()
    ]
    assert len(reports) == 27
    assert all(("rows" in line) != ("said" in line) for line in reports)
    assert all(isinstance(line["rows"], list) for line in reports if "rows" in line)
    mails = {name for archive in archives.values() for name in archive if name.startswith("raw/")}
    assert mails == {"raw/inbound/r7"}


def test_an_export_holds_no_secret_and_nothing_of_others(scene: Scene) -> None:
    key = scene.aws.api_keys.list_of(AccountId(MINE))[0]

    archives = exported(scene, account_of(scene, MINE))

    text = b"".join(content for archive in archives.values() for content in archive.values()).decode()
    assert key.hash not in text
    assert key.shown in text
    assert "8888000" not in text


def test_an_export_stops_when_it_is_of_no_use(scene: Scene) -> None:
    account = account_of(scene, MINE)
    queue = fakes.FakeExportings()
    begun = begin_export(scene.exports, queue, account.id, now=scene.now(), random_bits=lambda _: 1)
    again = begin_export(scene.exports, queue, account.id, now=scene.now(), random_bits=lambda _: 2)
    (piece,) = queue.sent

    assert again == begun
    assert links(scene.archive, begun) == []
    assert exporter(scene).advance(ExportPiece(account.id, 99), scene.now()) is None
    scene.aws.accounts.close(account.id, closes=scene.now())
    assert exporter(scene).advance(piece, scene.now()) is not None
    scene.aws.accounts.begin_deletion(account.id, scene.now())
    assert exporter(scene).advance(piece, scene.now()) is None
