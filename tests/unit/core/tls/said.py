"""TLS reports as values, made of few words so that they coincide."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.mailauth.reports.values import TlsFailure, TlsPolicy

RESULTS = ("certificate-expired", "starttls-not-supported", "sts-policy-invalid", "")
failures = st.builds(
    TlsFailure,
    result_type=st.sampled_from(RESULTS),
    sending_mta_ip=st.sampled_from(("192.0.2.1", "192.0.2.2", None)),
    receiving_mx_hostname=st.sampled_from(("mx1.example", None)),
    receiving_mx_helo=st.none(),
    receiving_ip=st.none(),
    failed_session_count=st.integers(0, 9),
)
modes = ("mode: enforce", "mode: testing", "mode: none")
policies = st.builds(
    TlsPolicy,
    policy_type=st.sampled_from(("sts", "tlsa", "no-policy-found")),
    policy_domain=st.sampled_from(("orchard.example", "sub.orchard.example")),
    policy_string=st.sampled_from(modes).map(lambda mode: ("version: STSv1", mode, "mx: *.example")),
    mx_hosts=st.just(()),
    successful_sessions=st.integers(0, 50),
    failed_sessions=st.integers(0, 20),
    failures=st.lists(failures, max_size=3).map(tuple),
)
