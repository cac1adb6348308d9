"""The machine of section 8H, state by state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hosting.hosting import Host, HostState
from shared.core.hosting.looking import Caa
from shared.core.hosting.policy_host import Act, Certificate, Facts, Tenant, step

NOW = 1_000_000
READY = Facts(wanted=True, returns=True, points_here=True, caa=Caa.ALLOWED, asked=True)
UNSET = replace(READY, points_here=False)
TENANT = Tenant(enabled=True, deployed=True, leads_here=True)
ISSUED = replace(TENANT, certificate=Certificate.ISSUED, certificate_arn="arn:1")
GONE = replace(READY, wanted=False, points_here=False, free=True)


def host(state: HostState, reason: str = "", *, since: int = NOW, failures: int = 0) -> Host:
    return Host(state, since, reason, failures)


def moved(state: HostState, facts: Facts, tenant: Tenant | None = None) -> tuple[HostState, tuple[Act, ...]]:
    after, acts = step(host(state), replace(facts, tenant=tenant), NOW + 1)
    return after.state, acts


W, R, V, A = HostState.WAITING_DNS, HostState.REQUESTING_CERT, HostState.VALIDATING, HostState.ACTIVE
F, E, D, O = HostState.FAILED, HostState.EXPIRED, HostState.DISABLING, HostState.OFF  # noqa: E741


@pytest.mark.statement("8H.7", "8H.5")
@pytest.mark.parametrize(
    ("state", "facts", "tenant", "after", "acts"),
    [
        (O, UNSET, None, W, ()),
        (W, UNSET, None, W, ()),
        (W, READY, None, R, (Act.CREATE_TENANT,)),
        (R, READY, None, R, (Act.CREATE_TENANT,)),
        (R, READY, TENANT, V, ()),
        (V, READY, None, W, ()),
        (V, READY, TENANT, V, (Act.REQUEST_CERTIFICATE,)),
        (V, READY, replace(TENANT, certificate=Certificate.PENDING), V, ()),
        (V, READY, ISSUED, V, (Act.ATTACH_CERTIFICATE,)),
        (V, READY, replace(ISSUED, attached="arn:1", deployed=False), V, ()),
        (V, READY, replace(ISSUED, attached="arn:1", leads_here=False), V, ()),
        (V, replace(READY, fetched=True), replace(ISSUED, attached="arn:1", leads_here=False), A, ()),
        (V, READY, replace(ISSUED, attached="arn:1"), A, ()),
        (A, READY, replace(ISSUED, attached="arn:1"), A, ()),
        (A, READY, None, W, ()),
    ],
)
def test_the_way_up(
    state: HostState, facts: Facts, tenant: Tenant | None, after: HostState, acts: tuple[Act, ...]
) -> None:
    assert moved(state, facts, tenant) == (after, acts)


@pytest.mark.statement("8H.4")
@pytest.mark.parametrize(
    "certificate",
    [
        Certificate.TIMED_OUT,
        Certificate.FAILED,
        Certificate.REVOKED,
        Certificate.EXPIRED,
        Certificate.INACTIVE,
    ],
)
def test_a_certificate_that_is_not_to_be_had_fails_with_its_state(certificate: Certificate) -> None:
    facts = replace(READY, tenant=replace(TENANT, certificate=certificate))
    after, acts = step(host(V), facts, NOW + 1)
    assert (after.state, after.reason, acts) == (F, certificate, ())
    assert step(host(A), facts, NOW + 1)[0].state is E


@pytest.mark.statement("8H.6")
def test_a_failure_is_tried_again_after_one_hour_then_two() -> None:
    facts = replace(READY, tenant=replace(TENANT, certificate=Certificate.TIMED_OUT))
    first, _ = step(host(V), facts, NOW)
    assert step(first, facts, NOW + 3_599) == (first, ())
    again, acts = step(first, facts, NOW + 3_600)
    assert (again.state, acts) == (V, (Act.REQUEST_CERTIFICATE,))
    second, _ = step(again, facts, NOW + 3_700)
    assert second.failures == 2
    assert step(second, facts, NOW + 3_700 + 3_600)[0] == second
    assert step(second, facts, NOW + 3_700 + 7_200)[0].state is V


def test_a_name_that_was_taken_by_ourselves_is_no_failure() -> None:
    """A tenant that was made and not noted is answered like anybody else's."""
    taken = host(F, "name_taken", failures=1)
    assert step(taken, READY, NOW + 1) == (taken, ())
    assert step(taken, replace(READY, tenant=ISSUED), NOW + 1)[0].state is V


def test_success_forgets_the_failures() -> None:
    facts = replace(READY, tenant=replace(ISSUED, attached="arn:1"))
    assert step(host(V, failures=3), facts, NOW + 1)[0].failures == 0


@pytest.mark.statement("8H.8")
def test_caa_is_looked_at_before_a_certificate_is_asked_for() -> None:
    assert moved(W, replace(READY, caa=Caa.UNKNOWN)) == (W, ())
    after, acts = step(host(W), replace(READY, caa=Caa.FORBIDDEN), NOW)
    assert (after.state, after.reason, acts) == (F, "caa_forbids", ())
    assert step(after, READY, NOW + 1) == (Host(R, NOW + 1, "", 1), (Act.CREATE_TENANT,))


def test_a_host_that_comes_and_goes_gets_no_certificate_each_time() -> None:
    now, starts, waiting = NOW, [], host(W)
    for _ in range(14 * 24 * 6):
        after, acts = step(waiting, READY, now)
        if acts:
            starts.append(now)
            after, _ = step(after, replace(GONE, returns=True), now + 300)
        else:
            assert after.reason == "too_often"
        waiting = after
        now += 600
    assert starts[:3] == [NOW, NOW + 600, NOW + 1_200]
    assert len(starts) <= 3 + 5 + 14


def test_a_host_that_came_and_went_long_ago_begins_at_once() -> None:
    often = replace(host(W), begun=9, last=NOW - 7 * 86_400)
    after, acts = step(often, READY, NOW)
    assert (after.state, after.begun, acts) == (R, 1, (Act.CREATE_TENANT,))


@pytest.mark.statement("8H.6")
def test_nothing_is_asked_for_while_the_name_does_not_lead_here() -> None:
    for state in (F, E):
        assert step(host(state, "failed", since=0, failures=1), UNSET, NOW)[1] == ()


@pytest.mark.statement("8H.6")
def test_an_expired_certificate_is_asked_for_anew() -> None:
    after, acts = step(host(E, since=0, failures=1), replace(READY, tenant=TENANT), NOW)
    assert (after.state, acts) == (V, (Act.REQUEST_CERTIFICATE,))


def test_an_active_host_that_was_not_asked_about_stays() -> None:
    assert moved(A, replace(READY, asked=False)) == (A, ())


@pytest.mark.statement("8H.11")
@pytest.mark.parametrize(
    ("tenant", "after", "acts"),
    [
        (TENANT, D, (Act.DISABLE_TENANT,)),
        (replace(TENANT, enabled=False, deployed=False), D, ()),
        (replace(TENANT, enabled=False), D, (Act.DELETE_TENANT,)),
        (None, W, ()),
    ],
)
def test_the_way_down(tenant: Tenant | None, after: HostState, acts: tuple[Act, ...]) -> None:
    for state in (A, F, D, V, R):
        assert moved(state, GONE, tenant) == (after, acts)


@pytest.mark.statement("8H.11")
def test_the_file_goes_last() -> None:
    never = replace(GONE, returns=False)
    assert moved(D, never, None) == (O, (Act.REMOVE_POLICY,))
    assert moved(O, never, None) == (O, ())


def test_letting_go_asks_first() -> None:
    assert moved(A, replace(GONE, asked=False)) == (D, ())


@pytest.mark.statement("8H.11")
def test_no_tenant_is_deleted_while_its_name_leads_to_cloudfront() -> None:
    assert moved(D, replace(GONE, free=False), replace(TENANT, enabled=False)) == (D, ())


def test_a_wanted_host_that_is_being_let_go_comes_back() -> None:
    disabled = replace(TENANT, enabled=False)
    assert moved(D, READY, disabled) == (V, (Act.ENABLE_TENANT,))
    assert moved(D, READY, TENANT) == (V, ())
    assert moved(D, replace(UNSET, free=True), disabled) == (D, (Act.DELETE_TENANT,))
    assert moved(D, READY, None) == (W, ())


def test_a_tenant_that_was_disabled_and_is_wanted_is_enabled() -> None:
    disabled = replace(ISSUED, attached="arn:1", enabled=False)
    for state in (R, V, A, F, E):
        assert moved(state, READY, disabled) == (state, (Act.ENABLE_TENANT,))


@pytest.mark.statement("8H.4")
@pytest.mark.parametrize("certificate", [Certificate.ISSUED, Certificate.PENDING])
def test_no_second_certificate_is_asked_for_beside_one_that_is_good(certificate: Certificate) -> None:
    facts = replace(READY, tenant=replace(TENANT, certificate=certificate))
    assert step(host(F, "refused", since=0, failures=1), facts, NOW) == (Host(V, NOW, "", 1), ())
