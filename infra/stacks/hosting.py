"""Where customers' CNAMEs lead: public zones for their records, and a web host for their MTA-STS policies."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import CfnOutput, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.bucket import private_bucket
from infra.stage import ConnectionGroup, Stage
from shared import settings

DELEGATION_TTL: Final = Duration.hours(1)
CACHED_SECONDS: Final = 60
"""How long the edge serves a policy that has been replaced: a new id is given out after that."""
MISSING_SECONDS: Final = 10
"""How long the edge remembers that there is no policy."""

TLS: Final = "TLSv1.2_2021"
"""Senders ask for 1.2 at least, too (RFC 8461 section 3.3)."""

_ORIGIN: Final = "policies"


class HostingStack(Stack):
    """Everything here outlives its stack: it is asked for as long as a customer's CNAME leads here."""

    def __init__(
        self, scope: Construct, name: str, stage: Stage, report_zone: route53.IHostedZone, **kwargs: Any
    ) -> None:
        super().__init__(scope, name, **kwargs)
        removal = RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY
        self.zones = [
            _zone(self, f"h{number}.{stage.hosting_domain}", removal)
            for number in range(1, stage.hosting_zones + 1)
        ]
        if f".{stage.hosting_domain}".endswith(f".{stage.report_domain}"):
            _delegate(self, self.zones, report_zone)
        self.policies = private_bucket(self, "policies", stage, days={})
        self.connection_group = stage.connection_group or _connection_group(self, stage, removal)
        self.distribution = _distribution(self, self.policies, stage, removal)
        self.distribution_arn = self.format_arn(
            service="cloudfront", region="", resource="distribution", resource_name=self.distribution.ref
        )
        _let_read(self.policies, self.distribution_arn)
        _outputs(self, stage)

    @property
    def zone_list(self) -> str:
        """``id=name`` pairs, comma separated."""
        return ",".join(f"{zone.hosted_zone_id}={zone.zone_name}" for zone in self.zones)


def _zone(scope: Construct, name: str, removal: RemovalPolicy) -> route53.PublicHostedZone:
    zone = route53.PublicHostedZone(
        scope, name.partition(".")[0], zone_name=name, comment="Postseal: records hosted for customers"
    )
    zone.apply_removal_policy(removal)
    return zone


def _delegate(scope: Construct, zones: list[route53.PublicHostedZone], parent: route53.IHostedZone) -> None:
    for zone in zones:
        route53.ZoneDelegationRecord(
            scope,
            f"{zone.node.id}-delegation",
            zone=parent,
            record_name=zone.zone_name,
            name_servers=zone.hosted_zone_name_servers or [],
            ttl=DELEGATION_TTL,
        )


def _connection_group(scope: Construct, stage: Stage, removal: RemovalPolicy) -> ConnectionGroup:
    """One of our own rather than the account's default one, whose endpoint nobody knows before it is used."""
    group = cloudfront.CfnConnectionGroup(
        scope, "connection-group", name=f"postseal-{stage.name}", enabled=True, ipv6_enabled=True
    )
    group.apply_removal_policy(removal)
    return ConnectionGroup(group.attr_id, group.attr_routing_endpoint)


def _distribution(
    scope: Construct, policies: s3.Bucket, stage: Stage, removal: RemovalPolicy
) -> cloudfront.CfnDistribution:
    """The pattern of all tenants: each names its folder in the bucket, and a host without a tenant has
    nothing. CDK's own distribution knows no connection mode.

    Plain HTTP is led to HTTPS; over HTTPS nothing is ever led elsewhere (RFC 8461 section 3.3).
    """
    access = cloudfront.CfnOriginAccessControl(
        scope,
        "access",
        origin_access_control_config=cloudfront.CfnOriginAccessControl.OriginAccessControlConfigProperty(
            name=f"postseal-{stage.name}-{stage.region}",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        ),
    )
    cache = cloudfront.CachePolicy(
        scope,
        "cache",
        cache_policy_name=f"postseal-{stage.name}-{stage.region}",
        comment="MTA-STS policies: one short-lived object a tenant",
        min_ttl=Duration.seconds(0),
        default_ttl=Duration.seconds(CACHED_SECONDS),
        max_ttl=Duration.seconds(CACHED_SECONDS),
    )
    headers = _headers(scope, stage)
    origin = cloudfront.CfnDistribution.OriginProperty(
        id=_ORIGIN,
        domain_name=policies.bucket_regional_domain_name,
        origin_path=f"/{{{{{settings.POLICY_PARAMETER}}}}}",
        origin_access_control_id=access.attr_id,
        s3_origin_config=cloudfront.CfnDistribution.S3OriginConfigProperty(origin_access_identity=""),
    )
    distribution = cloudfront.CfnDistribution(
        scope,
        "distribution",
        distribution_config=cloudfront.CfnDistribution.DistributionConfigProperty(
            comment=f"Postseal {stage.name}: MTA-STS policies",
            enabled=True,
            http_version="http2and3",
            connection_mode="tenant-only",
            tenant_config=_tenants(),
            origins=[origin],
            default_cache_behavior=cloudfront.CfnDistribution.DefaultCacheBehaviorProperty(
                target_origin_id=_ORIGIN,
                viewer_protocol_policy="redirect-to-https",
                allowed_methods=["GET", "HEAD"],
                cached_methods=["GET", "HEAD"],
                cache_policy_id=cache.cache_policy_id,
                response_headers_policy_id=headers.response_headers_policy_id,
                compress=False,
            ),
            custom_error_responses=[
                cloudfront.CfnDistribution.CustomErrorResponseProperty(
                    error_code=404, error_caching_min_ttl=MISSING_SECONDS
                )
            ],
            viewer_certificate=cloudfront.CfnDistribution.ViewerCertificateProperty(
                cloud_front_default_certificate=True, minimum_protocol_version=TLS
            ),
        ),
    )
    distribution.apply_removal_policy(removal)
    for part in (access, cache, headers):
        part.apply_removal_policy(removal)
    return distribution


def _headers(scope: Construct, stage: Stage) -> cloudfront.ResponseHeadersPolicy:
    """What a browser is told of a host that has nothing for browsers. The name is the customer's: nothing is
    said of names below or beside it."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "headers",
        response_headers_policy_name=f"postseal-{stage.name}-{stage.region}",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy="default-src 'none'; frame-ancestors 'none'", override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), include_subdomains=False, override=True
            ),
        ),
    )


def _tenants() -> cloudfront.CfnDistribution.TenantConfigProperty:
    folder = cloudfront.CfnDistribution.StringSchemaProperty(
        required=True, comment="Folder of the tenant's policy in the bucket"
    )
    parameter = cloudfront.CfnDistribution.ParameterDefinitionProperty(
        name=settings.POLICY_PARAMETER,
        definition=cloudfront.CfnDistribution.DefinitionProperty(string_schema=folder),
    )
    return cloudfront.CfnDistribution.TenantConfigProperty(parameter_definitions=[parameter])


def _let_read(policies: s3.Bucket, distribution_arn: str) -> None:
    """Policies, to the distribution alone, and nothing else that might come to lie beside them. Without
    ListBucket a missing object would be answered 403, not 404."""
    for action, resource in (
        ("s3:GetObject", policies.arn_for_objects(f"*{settings.POLICY_PATH}")),
        ("s3:ListBucket", policies.bucket_arn),
    ):
        policies.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                actions=[action],
                resources=[resource],
                conditions={"StringEquals": {"AWS:SourceArn": distribution_arn}},
            )
        )


def _outputs(stack: HostingStack, stage: Stage) -> None:
    CfnOutput(stack, "HostingZones", value=stack.zone_list)
    CfnOutput(stack, "PolicyBucket", value=stack.policies.bucket_name)
    CfnOutput(stack, "PolicyDistribution", value=stack.distribution.ref)
    CfnOutput(stack, "RoutingEndpoint", value=stack.connection_group.routing_endpoint)
    if stage.receives_mail:
        for zone in stack.zones:
            servers = Fn.join(" ", zone.hosted_zone_name_servers or [])
            CfnOutput(stack, f"NameServers{zone.node.id.upper()}", value=servers)
