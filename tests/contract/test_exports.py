from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.core.exports import PATIENCE, Export, Exports
from shared.core.ids import AccountId
from tests import fakes
from tests.contract.closing_scene import Scene
from tests.contract.stores import AwsStores

OWNER = AccountId(7)
FIRST = Export(OWNER, 1, 1_000)


@pytest.fixture(params=["memory", "aws"])
def exports(request: pytest.FixtureRequest) -> Iterator[Exports]:
    if request.param == "memory":
        yield fakes.FakeExports()
    else:
        yield Scene(request.getfixturevalue("aws")).exports


def test_there_is_one_export_at_a_time(exports: Exports) -> None:
    assert exports.get(OWNER) is None
    assert exports.begin(FIRST) == FIRST
    assert exports.begin(Export(OWNER, 2, 2_000)) == FIRST
    assert exports.get(OWNER) == FIRST


def test_another_begins_when_one_has_ended(exports: Exports) -> None:
    exports.begin(FIRST)
    exports.finish(FIRST, 1_500)
    assert exports.get(OWNER) == replace(FIRST, finished=1_500)

    second = Export(OWNER, 2, 2_000)

    assert exports.begin(second) == second
    exports.finish(FIRST, 2_500)
    assert exports.get(OWNER) == second


def test_an_export_that_does_not_end_is_given_up(exports: Exports) -> None:
    exports.begin(FIRST)
    later = Export(OWNER, 2, FIRST.started + PATIENCE + 1)

    assert exports.begin(later) == later


def test_nothing_ends_that_never_began(exports: Exports) -> None:
    exports.finish(FIRST, 2_000)

    assert exports.get(OWNER) is None


def test_files_are_listed_by_name_and_downloaded(aws: AwsStores) -> None:
    archive = Scene(aws).archive
    for name in ("00001-b.zip", "00000-a.zip"):
        archive.write(OWNER, 5, name, [("x.txt", [b"one", b"two"])])
    archive.write(OWNER, 6, "other.zip", [])

    files = archive.files(OWNER, 5)

    assert [file.name for file in files] == ["00000-a.zip", "00001-b.zip"]
    assert all(file.size > 0 for file in files)
    assert "exports/7/5/00000-a.zip" in archive.link(OWNER, 5, "00000-a.zip", seconds=60)
