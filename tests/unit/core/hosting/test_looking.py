from __future__ import annotations

import pytest

from shared.core.hosting.looking import Caa, FileStatus, caa_of, file_status, look_at, sighting_of
from shared.core.hosting.names import Service
from shared.core.hosting.policies import policy_of
from shared.core.hosting.sightings import CnameStatus, Pointing, Seen, Sighting
from shared.mailauth.evaluate.questions import Answer, Fetched, Fetching, Outcome
from tests.fakes.dns import FAILED
from tests.unit.core.hosting.world import POLICY, World, served

TARGET = "abc.h1.postseal.example"
NOTHING = Answer(Outcome.NODATA)


def found(*records: str, aliases: tuple[str, ...] = (), ttl: int = 300) -> Answer:
    return Answer(Outcome.FOUND, records, ttl, aliases)


@pytest.mark.statement("15.7", "15.3")
@pytest.mark.parametrize(
    ("cname", "there", "ours", "seen"),
    [
        (found(TARGET), found("x", aliases=(TARGET,)), found("x"), Seen.HERE),
        (found(TARGET), FAILED, FAILED, Seen.HERE),
        (found("other.example"), found("x", aliases=("other.example", TARGET)), found("x"), Seen.HERE),
        (found("other.example"), found("y", aliases=("other.example",)), found("x"), Seen.ELSEWHERE),
        (found("other.example"), Answer(Outcome.NXDOMAIN), found("x"), Seen.ELSEWHERE),
        (found("other.example"), FAILED, found("x"), Seen.UNCLEAR),
        (NOTHING, NOTHING, found("x"), Seen.NOTHING),
        (Answer(Outcome.NXDOMAIN), Answer(Outcome.NXDOMAIN), FAILED, Seen.NOTHING),
        (NOTHING, found("x"), found("x"), Seen.COPIED),
        (NOTHING, found("y"), found("x"), Seen.OTHER_RECORDS),
        (NOTHING, found("y"), FAILED, Seen.UNCLEAR),
        (FAILED, found("x", aliases=(TARGET,)), found("x"), Seen.HERE),
        (FAILED, NOTHING, found("x"), Seen.UNKNOWN),
        (NOTHING, FAILED, found("x"), Seen.UNKNOWN),
    ],
)
def test_what_a_customers_name_shows(cname: Answer, there: Answer, ours: Answer, seen: Seen) -> None:
    assert sighting_of(TARGET, cname=cname, there=there, ours=ours).seen is seen


def after(*looks: tuple[Seen, int]) -> Pointing:
    pointing = Pointing()
    for seen, now in looks:
        pointing = pointing.after(Sighting(seen, ttl=3_600), now)
    return pointing


@pytest.mark.statement("15.4")
def test_a_cname_is_gone_after_two_looks_its_ttl_apart() -> None:
    here = (Seen.HERE, 1_000)
    assert not after(here, (Seen.NOTHING, 2_000)).is_gone
    assert not after(here, (Seen.NOTHING, 2_000), (Seen.NOTHING, 5_599)).is_gone
    assert after(here, (Seen.NOTHING, 2_000), (Seen.ELSEWHERE, 5_600)).is_gone
    assert not after(here, (Seen.NOTHING, 2_000), (Seen.UNKNOWN, 9_000)).is_gone
    assert not after(here, (Seen.NOTHING, 2_000), (Seen.UNCLEAR, 9_000)).is_gone
    assert not after(here, (Seen.NOTHING, 2_000), (Seen.HERE, 3_000), (Seen.NOTHING, 9_000)).is_gone
    assert not after(here, (Seen.NOTHING, 2_000), (Seen.COPIED, 9_000)).is_gone


def test_an_absurd_ttl_does_not_keep_a_record_for_ever() -> None:
    pointing = Pointing().after(Sighting(Seen.HERE, ttl=2**31 - 1), 0)
    pointing = pointing.after(Sighting(Seen.NOTHING), 10)
    assert pointing.after(Sighting(Seen.NOTHING), 10 + 7 * 86_400).is_gone


def test_silence_changes_nothing() -> None:
    here = after((Seen.HERE, 1_000))
    assert here.after(Sighting(Seen.UNKNOWN, reason="timeout"), 2_000) == here
    assert here.status is CnameStatus.VERIFIED


@pytest.mark.statement("8H.8")
@pytest.mark.parametrize(
    ("climbed", "caa"),
    [
        ([], Caa.UNKNOWN),
        ([NOTHING, NOTHING, NOTHING], Caa.ALLOWED),
        ([NOTHING, found('0 issue "letsencrypt.org"')], Caa.FORBIDDEN),
        ([NOTHING, found('0 issue ";"')], Caa.FORBIDDEN),
        ([found('0 issue "amazon.com"'), found('0 issue "letsencrypt.org"')], Caa.ALLOWED),
        ([found('0 issue "letsencrypt.org"', '0 issue "AWSTRUST.com; account=1"')], Caa.ALLOWED),
        ([found('0 issue "amazontrust.com"')], Caa.ALLOWED),
        ([found('0 issue "amazonaws.com"')], Caa.ALLOWED),
        ([found('0 issuewild "letsencrypt.org"', '0 iodef "mailto:a@b.example"')], Caa.ALLOWED),
        ([FAILED, found('0 issue "amazon.com"')], Caa.UNKNOWN),
        ([NOTHING, FAILED], Caa.UNKNOWN),
    ],
)
def test_whether_amazon_may_issue(climbed: list[Answer], caa: Caa) -> None:
    assert caa_of(climbed) is caa


@pytest.mark.statement("8H.8")
def test_our_caa_at_the_target_wins_over_the_customers() -> None:
    world = World()
    world.mta_sts_on()
    world.customer["orchard.example", "CAA"] = ['0 issue "letsencrypt.org"']
    world.publish()
    assert world.run(look_at(world.hosting)).caa is Caa.FORBIDDEN
    world.point(Service.POLICY)
    assert world.run(look_at(world.hosting)).caa is Caa.ALLOWED


def test_a_look_asks_everything_at_once() -> None:
    world = served()
    dns = world.dns()
    from tests.fakes.dns import drive

    drive(look_at(world.hosting), dns)
    assert dns.rounds == 1


@pytest.mark.statement("8.3", "8.6")
@pytest.mark.parametrize(
    ("fetched", "expected", "status"),
    [
        (None, True, FileStatus.PENDING),
        (Fetched(Fetching.FETCHED, 200, body=POLICY.body.encode()), True, FileStatus.ACTIVE),
        (Fetched(Fetching.FETCHED, 200, body=b"<html>"), True, FileStatus.PENDING),
        (Fetched(Fetching.FETCHED, 301, body=POLICY.body.encode()), True, FileStatus.UNREACHABLE),
        (Fetched(Fetching.FETCHED, 404), True, FileStatus.UNREACHABLE),
        (Fetched(Fetching.BAD_CERTIFICATE), True, FileStatus.UNREACHABLE),
        (Fetched(Fetching.BAD_CERTIFICATE), False, FileStatus.PENDING),
    ],
)
def test_what_the_policy_file_shows(fetched: Fetched | None, expected: bool, status: FileStatus) -> None:
    assert file_status(fetched, POLICY, expected=expected) is status
    assert file_status(fetched, None, expected=expected) is FileStatus.PENDING


@pytest.mark.statement("8.4", "8.6")
def test_a_policy_file_is_small_and_ends_its_lines() -> None:
    policy = policy_of("enforce", [f"mx{number}.{'a' * 60}.example" for number in range(50)], 86_400)
    assert len(policy.body) < 64_000
    assert policy.body.startswith("version: STSv1\r\nmode: enforce\r\nmx: mx0.")
    assert policy.body.endswith("max_age: 86400\r\n")
