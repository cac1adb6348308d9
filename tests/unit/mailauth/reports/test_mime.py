import time

import pytest

from shared.mailauth.reports.allowance import Allowance
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.mime import Part, walk
from shared.mailauth.reports.reading import Exceeded, Reason
from tests.fixtures import packaging as pack

LETTER, GZ = pack.LETTER, pack.Attached(b"payload", "application/gzip", "a.gz")


def _walk(mail: bytes, limits: Limits | None = None) -> tuple[Part, ...]:
    meter = Meter(limits or Limits(), time.thread_time)
    return walk(mail, 0, len(mail), depth=0, path="", allowance=Allowance(meter))


def _contents(parts: tuple[Part, ...]) -> list[bytes]:
    return [b"".join(part.content()).strip() for part in parts]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_leaves_of_a_multipart_in_order(newline: bytes) -> None:
    mail = pack.mail(LETTER, GZ).replace(b"\r\n", newline)
    parts = _walk(mail)
    assert [part.type.value for part in parts] == ["text/plain", "application/gzip"]
    assert [part.path for part in parts] == ["1", "2/a.gz"]
    assert _contents(parts) == [b"This is a report.", b"payload"]
    assert parts[0].group == parts[1].group


def test_a_mail_that_is_one_part() -> None:
    (part,) = _walk(pack.bare_mail(GZ))
    assert (part.name, part.path, _contents((part,))) == ("a.gz", "a.gz", [b"payload"])


def test_nested_multiparts_number_their_parts_and_group_siblings() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="in"\r\n\r\n' + pack.multipart(
        [pack.part(LETTER), pack.part(pack.HTML_LETTER)], boundary="in"
    )
    parts = _walk(pack.mail(inner, GZ))
    assert [part.path for part in parts] == ["1.1", "1.2", "2/a.gz"]
    assert parts[0].group == parts[1].group != parts[2].group


def test_a_boundary_that_begins_another_one() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=b-1\r\n\r\n" + pack.multipart(
        [pack.part(GZ)], boundary="b-1"
    )
    assert _contents(_walk(pack.mail(inner, LETTER, boundary="b"))) == [b"payload", b"This is a report."]


@pytest.mark.parametrize(
    "label",
    [
        "multipart/mixed;\r\n boundary=--=_b1-wrong",
        "multipart/mixed",
        'multipart/mixed; boundary="=_b1\r\n  rest"',
        "multipart/mixed; boundary=\r\n",
        'multipart/mixed; boundary="never used"',
    ],
)
def test_a_wrong_or_missing_boundary_is_found_in_the_body(label: str) -> None:
    assert _contents(_walk(pack.mail(LETTER, GZ, content_type=label))) == [b"This is a report.", b"payload"]


def test_a_boundary_of_dashes() -> None:
    mail = pack.mail(
        LETTER, GZ, boundary="--boundary_1", content_type="multipart/mixed;\r\n boundary=--boundary_1"
    )
    assert _contents(_walk(mail)) == [b"This is a report.", b"payload"]


def test_a_missing_closing_delimiter_and_a_preamble() -> None:
    mail = pack.mail(LETTER, GZ).replace(b"--=_b1--\r\n", b"").replace(b"--=_b1", b"preamble\r\n--=_b1", 1)
    assert _contents(_walk(mail)) == [b"This is a report.", b"payload"]


def test_a_multipart_without_type_label() -> None:
    mail = pack.mail(LETTER, GZ).replace(b"Content-Type: multipart", b"X-Type: multipart")
    assert len(_walk(mail)) == 2


def test_a_transfer_encoded_multipart() -> None:
    inner = pack.multipart([pack.part(LETTER), pack.part(GZ)], boundary="in")
    outer = pack.Attached(inner, 'multipart/mixed; boundary="in"', None, "base64", None)
    assert _contents(_walk(pack.mail(outer))) == [b"This is a report.", b"payload"]


def test_an_mbox_line_and_blank_lines_before_the_header() -> None:
    assert len(_walk(b"\r\n\r\nFrom a@b Thu Nov 16 01:00:00 2023\r\n" + pack.mail(LETTER, GZ))) == 2


def test_slashes_in_names_do_not_add_steps_to_the_path() -> None:
    (part,) = _walk(pack.bare_mail(pack.Attached(b"x", name="../../a/b.gz")))
    assert part.path == ".._.._a_b.gz"


def test_empty_parts_are_parts() -> None:
    assert len(_walk(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n--b--\n")) == 2


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (pack.mail(*[LETTER] * 21), Reason.TOO_MANY_PARTS),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 500_000, Reason.TOO_MANY_PARTS),
        (
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500)),
            Reason.NESTED_TOO_DEEP,
        ),
    ],
)
def test_bounds_end_the_walk_early(mail: bytes, reason: Reason) -> None:
    with pytest.raises(Exceeded) as stop:
        _walk(mail, Limits(parts=20))
    assert stop.value.reason is reason
