"""Calls of CloudFront, held to the SDK's own model of them: moto knows no distribution tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from shared.adapters.cloudfront import CloudFrontPolicyHosts
from shared.core.hosting.policy_host import Certificate, PolicyHostRefused, Reason, Tenant
from tests.contract.aws import REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

LABEL, HOST = "label4", "mta-sts.orchard.example"
ARN = "arn:aws:acm:us-east-1:000000000000:certificate/1"
REQUEST = {"ValidationTokenHost": "cloudfront", "PrimaryDomainName": HOST}
SETTINGS = {
    "DistributionId": "E1",
    "Domains": [{"Domain": HOST}],
    "Parameters": [{"Name": "tenant", "Value": LABEL}],
    "ConnectionGroupId": "cg_1",
}


@dataclass
class CloudFront:
    """Answers calls in the order in which they are expected."""

    client: CloudFrontClient
    stubber: Stubber
    hosts: CloudFrontPolicyHosts = field(init=False)

    def __post_init__(self) -> None:
        self.hosts = self.hosts_with("cg_1")

    def hosts_with(self, group: str) -> CloudFrontPolicyHosts:
        return CloudFrontPolicyHosts(self.client, distribution="E1", connection_group=group)

    def holds(
        self, etag: str = "v1", *, enabled: bool = True, status: str = "Deployed", arn: str = ""
    ) -> None:
        """The next question after the tenant finds it so."""
        customized = {"Customizations": {"Certificate": {"Arn": arn}}} if arn else {}
        domains = {"Domains": [{"Domain": HOST, "Status": "active"}]}
        tenant = {"Id": "dt_1", "Enabled": enabled, "Status": status, **SETTINGS, **domains, **customized}
        answer = {"DistributionTenant": tenant, "ETag": etag}
        self.stubber.add_response("get_distribution_tenant", answer, {"Identifier": LABEL})

    def holds_none(self) -> None:
        self.refuses("get_distribution_tenant", "EntityNotFound")

    def certificate(self, status: str, arn: str = "") -> None:
        details = {"CertificateStatus": status, **({"CertificateArn": arn} if arn else {})}
        self.stubber.add_response(
            "get_managed_certificate_details", {"ManagedCertificateDetails": details}, {"Identifier": "dt_1"}
        )

    def points(self, status: str) -> None:
        answer = {"DnsConfigurationList": [{"Domain": HOST, "Status": status}]}
        asked = {"Identifier": "dt_1", "Domain": HOST}
        self.stubber.add_response("verify_dns_configuration", answer, asked)

    def updates(self, etag: str = "v1", **changes: Any) -> None:
        asked = {"Id": "dt_1", "IfMatch": etag, **SETTINGS, "Enabled": True, **changes}
        self.stubber.add_response("update_distribution_tenant", {}, asked)

    def refuses(self, call: str, code: str, message: str = "") -> None:
        self.stubber.add_client_error(call, code, message, http_status_code=400)


@pytest.fixture
def cloudfront() -> Iterator[CloudFront]:
    client = boto3.client(
        "cloudfront", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stubber:
        yield CloudFront(client, stubber)
        stubber.assert_no_pending_responses()


@pytest.mark.statement("8H.2", "8H.5", "8H.13")
def test_a_tenant_is_named_by_its_label_and_asks_for_a_certificate(cloudfront: CloudFront) -> None:
    asked = {"Name": LABEL, "ManagedCertificateRequest": REQUEST, "Enabled": True, **SETTINGS}
    cloudfront.stubber.add_response("create_distribution_tenant", {}, asked)
    cloudfront.hosts.create(LABEL, HOST)


def test_without_a_connection_group_it_is_the_accounts_own(cloudfront: CloudFront) -> None:
    asked: dict[str, Any] = {
        "Name": LABEL,
        "ManagedCertificateRequest": REQUEST,
        "Enabled": True,
        **SETTINGS,
    }
    del asked["ConnectionGroupId"]
    cloudfront.stubber.add_response("create_distribution_tenant", {}, asked)
    cloudfront.hosts_with("").create(LABEL, HOST)


@pytest.mark.statement("8H.3")
def test_a_tenant_that_is_there_is_not_made_again(cloudfront: CloudFront) -> None:
    cloudfront.refuses("create_distribution_tenant", "EntityAlreadyExists")
    cloudfront.hosts.create(LABEL, HOST)


@pytest.mark.statement("8H.3")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("CNAMEAlreadyExists", Reason.NAME_TAKEN),
        ("EntityLimitExceeded", Reason.LIMIT_REACHED),
        ("InvalidAssociation", Reason.REFUSED),
        ("InvalidArgument", Reason.REFUSED),
    ],
)
def test_refusals_have_a_reason(cloudfront: CloudFront, code: str, reason: Reason) -> None:
    cloudfront.refuses("create_distribution_tenant", code)
    with pytest.raises(PolicyHostRefused) as refused:
        cloudfront.hosts.create(LABEL, HOST)
    assert refused.value.reason is reason


@pytest.mark.statement("8H.5")
def test_a_name_that_cloudfront_does_not_see_yet_is_told_apart(cloudfront: CloudFront) -> None:
    message = "The name is not valid. Could not verify Domain Name ownership."
    cloudfront.refuses("create_distribution_tenant", "InvalidArgument", message)
    with pytest.raises(PolicyHostRefused) as refused:
        cloudfront.hosts.create(LABEL, HOST)
    assert refused.value.reason is Reason.NAME_UNSEEN


def test_troubles_that_pass_are_not_refusals(cloudfront: CloudFront) -> None:
    cloudfront.refuses("create_distribution_tenant", "AccessDenied")
    with pytest.raises(ClientError):
        cloudfront.hosts.create(LABEL, HOST)
    cloudfront.refuses("get_distribution_tenant", "Throttling")
    with pytest.raises(ClientError):
        cloudfront.hosts.find(LABEL, HOST)


def test_there_is_no_tenant_before_it_is_made(cloudfront: CloudFront) -> None:
    cloudfront.holds_none()
    assert cloudfront.hosts.find(LABEL, HOST) is None


@pytest.mark.statement("8H.4")
@pytest.mark.parametrize("status", [each for each in Certificate if each is not Certificate.NONE])
def test_the_state_of_a_certificate_is_read(cloudfront: CloudFront, status: Certificate) -> None:
    cloudfront.holds()
    cloudfront.certificate(status.value, ARN)
    assert cloudfront.hosts.find(LABEL, HOST) == Tenant(
        enabled=True, deployed=True, certificate=status, certificate_arn=ARN
    )


@pytest.mark.statement("8H.4")
def test_a_tenant_may_have_no_certificate(cloudfront: CloudFront) -> None:
    cloudfront.holds(status="InProgress", enabled=False)
    cloudfront.refuses("get_managed_certificate_details", "EntityNotFound")
    assert cloudfront.hosts.find(LABEL, HOST) == Tenant(enabled=False, deployed=False)


@pytest.mark.statement("8H.7")
@pytest.mark.parametrize(
    ("status", "leads_here"),
    [("valid-configuration", True), ("invalid-configuration", False), ("unknown-configuration", False)],
)
def test_with_its_certificate_attached_cloudfront_is_asked_about_the_name(
    cloudfront: CloudFront, status: str, leads_here: bool
) -> None:
    cloudfront.holds(arn=ARN)
    cloudfront.certificate("issued", ARN)
    cloudfront.points(status)
    assert cloudfront.hosts.find(LABEL, HOST) == Tenant(
        enabled=True,
        deployed=True,
        certificate=Certificate.ISSUED,
        certificate_arn=ARN,
        attached=ARN,
        leads_here=leads_here,
    )


@pytest.mark.statement("8H.7")
def test_a_name_that_cloudfront_cannot_look_up_does_not_lead_there(cloudfront: CloudFront) -> None:
    cloudfront.holds(arn=ARN)
    cloudfront.certificate("issued", ARN)
    cloudfront.refuses("verify_dns_configuration", "InvalidArgument")
    found = cloudfront.hosts.find(LABEL, HOST)
    assert found is not None
    assert not found.leads_here


@pytest.mark.statement("8H.4", "8H.6")
def test_updates_say_everything_that_was_there(cloudfront: CloudFront) -> None:
    cloudfront.holds()
    cloudfront.updates(ManagedCertificateRequest=REQUEST)
    cloudfront.hosts.request_certificate(LABEL, HOST)

    cloudfront.holds("v2")
    cloudfront.updates("v2", Customizations={"Certificate": {"Arn": ARN}})
    cloudfront.hosts.attach(LABEL, ARN)

    cloudfront.holds("v3", arn=ARN)
    cloudfront.updates("v3", Customizations={"Certificate": {"Arn": ARN}}, Enabled=False)
    cloudfront.hosts.disable(LABEL)

    cloudfront.holds("v4", enabled=False)
    cloudfront.updates("v4", Enabled=True)
    cloudfront.hosts.enable(LABEL)


@pytest.mark.statement("8H.3")
@pytest.mark.parametrize("code", ["PreconditionFailed", "InvalidIfMatchVersion"])
def test_an_update_of_what_changed_meanwhile_reads_again(cloudfront: CloudFront, code: str) -> None:
    cloudfront.holds("v1")
    cloudfront.refuses("update_distribution_tenant", code)
    cloudfront.holds("v2")
    cloudfront.updates("v2", Enabled=False)
    cloudfront.hosts.disable(LABEL)


@pytest.mark.statement("8H.3")
@pytest.mark.parametrize("code", ["IllegalUpdate", "InvalidViewerCertificate"])
def test_an_update_that_cannot_be_made_yet_is_left_to_the_next_look(
    cloudfront: CloudFront, code: str
) -> None:
    cloudfront.holds()
    cloudfront.refuses("update_distribution_tenant", code)
    cloudfront.hosts.attach(LABEL, ARN)


@pytest.mark.parametrize(
    "act",
    [
        lambda hosts: hosts.attach(LABEL, ARN),
        lambda hosts: hosts.enable(LABEL),
        lambda hosts: hosts.disable(LABEL),
        lambda hosts: hosts.request_certificate(LABEL, HOST),
        lambda hosts: hosts.delete(LABEL),
    ],
)
def test_a_tenant_that_is_gone_is_no_trouble(
    cloudfront: CloudFront, act: Callable[[CloudFrontPolicyHosts], None]
) -> None:
    cloudfront.holds_none()
    act(cloudfront.hosts)


@pytest.mark.statement("8H.11")
def test_a_tenant_is_deleted_as_it_was_read(cloudfront: CloudFront) -> None:
    cloudfront.holds("v4", enabled=False)
    cloudfront.stubber.add_response("delete_distribution_tenant", {}, {"Id": "dt_1", "IfMatch": "v4"})
    cloudfront.hosts.delete(LABEL)


@pytest.mark.statement("8H.11")
@pytest.mark.parametrize("code", ["ResourceNotDisabled", "PreconditionFailed", "EntityNotFound"])
def test_a_tenant_that_cannot_go_yet_stays(cloudfront: CloudFront, code: str) -> None:
    cloudfront.holds()
    cloudfront.refuses("delete_distribution_tenant", code)
    cloudfront.hosts.delete(LABEL)
