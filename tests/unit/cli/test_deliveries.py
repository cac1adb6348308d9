from __future__ import annotations

from pathlib import Path

import pytest

from cli.deliveries import deliveries
from cli.stops import USAGE, Stop
from tests.unit.cli import samples


def contents(*paths: Path) -> dict[str, bytes]:
    found = {}
    for each in deliveries(str(path) for path in paths):
        with each.open() as source:
            found[each.name] = source.read()
            assert each.size == len(found[each.name])
    return found


def test_a_folder_gives_its_files_and_those_below_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.xml", "b/a.xml", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    names = [Path(name).relative_to(tmp_path).as_posix() for name in contents(tmp_path)]
    assert names == ["b/a.xml", "z.xml"]


def test_a_maildir_gives_its_mails_and_those_of_its_folders_but_no_unfinished_ones(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp", ".Archive/cur", ".Archive/new", ".Archive/tmp"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("cur/1:2,S", "new/2", "tmp/3", ".Archive/cur/4:2,S"):
        (tmp_path / name).write_bytes(b"mail")
    names = {Path(name).relative_to(tmp_path).as_posix() for name in contents(tmp_path)}
    assert names == {"cur/1:2,S", "new/2", ".Archive/cur/4:2,S"}


def test_an_mbox_gives_its_messages_without_their_separators(tmp_path: Path) -> None:
    first, second = samples.mail(samples.aggregate()), b"Subject: x\n\nnot\nFrom here a new message\n"
    box = tmp_path / "box"
    box.write_bytes(
        b"From a@b Mon Jan  1 00:00:00 2026\n" + first + b"\nFrom c@d Tue Jan  2 00:00:00 2026\n" + second
    )
    assert contents(box) == {f"{box}#1": first + b"\n", f"{box}#2": second}


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        list(deliveries([str(tmp_path / "missing")]))
    assert stop.value.code == USAGE
