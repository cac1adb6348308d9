"""The local edge, met by the fetcher that policies are fetched with."""

from __future__ import annotations

import asyncio
import http.client
import io
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.local.authority import Authority
from infra.local.edge import Edge
from infra.local.edge_sites import CLOUDFRONT, FileSites, RoutedSites, Sites, TenantSites
from shared.adapters.https import HttpsFetcher
from shared.mailauth.evaluate.questions import Answer, Fetch, Fetched, Fetching, Outcome, Question, Type

PATH = "/.well-known/mta-sts.txt"
POLICY = b"version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n"
HOST = "mta-sts.customer.example"
LABEL = "k3yq"


@dataclass
class FakeCloudFront:
    """One tenant of the distribution, as CloudFront tells of it."""

    tenant: dict[str, Any] = field(
        default_factory=lambda: {
            "DistributionId": "E1",
            "Enabled": True,
            "Customizations": {"Certificate": {"Arn": "arn:certificate"}},
            "Parameters": [{"Name": "tenant", "Value": LABEL}],
        }
    )
    down: bool = False

    def get_distribution_tenant_by_domain(self, Domain: str) -> dict[str, Any]:  # noqa: N803
        if self.down:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1")
        if Domain != HOST:
            raise refusal("EntityNotFound")
        return {"DistributionTenant": self.tenant}

    def get_distribution_config(self, Id: str) -> dict[str, Any]:  # noqa: N803
        assert Id == "E1"
        origin = {"DomainName": "policies-1.s3.us-east-1.amazonaws.com", "OriginPath": "/{{tenant}}"}
        return {"DistributionConfig": {"Origins": {"Items": [origin]}}}


@dataclass
class FakeS3:
    objects: dict[tuple[str, str], bytes]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) not in self.objects:
            raise refusal("NoSuchKey")
        return {"Body": io.BytesIO(self.objects[Bucket, Key]), "ContentType": "text/plain"}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Get")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"))
    assert made.ensure()
    return made


@contextmanager
def edge(authority: Authority, sites: Sites) -> Iterator[int]:
    server = Edge(0, sites, authority)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fetched(port: int, authority: Authority, host: str = HOST, path: str = PATH) -> Fetched:
    async def resolve(question: Question) -> Answer:
        records = ("13.224.0.1",) if question.type is Type.A else ()
        return Answer(Outcome.FOUND if records else Outcome.NODATA, records, 60)

    fetcher = HttpsFetcher(gateway=("127.0.0.1", port), authority=str(authority.root))
    return asyncio.run(fetcher.fetch(Fetch(f"https://{host}{path}", 65_536, 3.0), resolve))


def tenants(front: FakeCloudFront | None = None, policy: bytes | None = POLICY) -> TenantSites:
    objects = {("policies-1", f"{LABEL}/other"): b"x"}
    if policy is not None:
        objects["policies-1", f"{LABEL}{PATH}"] = policy
    return TenantSites(front or FakeCloudFront(), FakeS3(objects))


@pytest.mark.statement("8.7")
def test_a_tenant_is_served_its_policy_under_its_own_name(authority: Authority) -> None:
    with edge(authority, tenants()) as port:
        answer = fetched(port, authority)
        again = fetched(port, authority)
    assert (answer.outcome, answer.status, answer.body) == (Fetching.FETCHED, 200, POLICY)
    assert answer.content_type == "text/plain"
    assert again == answer


@pytest.mark.statement("8.17")
def test_a_host_without_a_tenant_meets_the_name_of_the_edge(authority: Authority) -> None:
    with edge(authority, tenants()) as port:
        answer = fetched(port, authority, host="mta-sts.other.example")
    assert (answer.outcome, answer.reason) == (Fetching.BAD_CERTIFICATE, "wrong name")


@pytest.mark.parametrize("lacking", [{"Enabled": False}, {"Customizations": {}}])
def test_a_tenant_without_its_certificate_is_not_served(
    authority: Authority, lacking: dict[str, Any]
) -> None:
    front = FakeCloudFront()
    front.tenant |= lacking
    with edge(authority, tenants(front)) as port:
        assert fetched(port, authority).outcome is Fetching.BAD_CERTIFICATE


@pytest.mark.statement("8.17")
@pytest.mark.parametrize("path", ["/", "/other", "/.well-known/", f"{PATH}/"])
def test_nothing_but_the_policy_is_served(authority: Authority, path: str) -> None:
    with edge(authority, tenants()) as port:
        assert fetched(port, authority, path=path).status == 404


def test_a_tenant_without_a_policy_has_none(authority: Authority) -> None:
    with edge(authority, tenants(policy=None)) as port:
        assert fetched(port, authority).status == 404


def test_one_host_does_not_answer_in_the_connection_of_another(authority: Authority, tmp_path: Path) -> None:
    write(tmp_path, "www.example", "index.txt", b"hello")
    context = ssl.create_default_context(cafile=str(authority.root))
    with edge(authority, routed(FileSites([tmp_path]))) as port:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5)
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", port)),
            server_hostname="www.example",
        )
        statuses = []
        for host in ("www.example", HOST):
            connection.request("HEAD", "/index.txt", headers={"Host": host})
            with connection.getresponse() as response:
                statuses.append(response.status)
                assert response.read() == b""
        connection.close()
    assert statuses == [200, 421]


def routed(owners: Sites) -> Sites:
    """Only the tenant's host leads to CloudFront."""
    front = frozenset({"13.224.0.10", "13.224.0.11"})
    return RoutedSites(
        lambda name: front if name in (HOST, CLOUDFRONT) else frozenset({"88.198.24.17"}), tenants(), owners
    )


def test_the_name_decides_who_serves_a_host(tmp_path: Path) -> None:
    for host in (HOST, "www.example"):
        write(tmp_path, host, "index.txt", b"the owner's")
    sites = routed(FileSites([tmp_path]))
    hosted, own = sites.find(HOST), sites.find("www.example")
    assert hosted is not None
    assert hosted.get("/index.txt").status == 404
    assert own is not None
    assert own.get("/index.txt").body == b"the owner's"
    assert sites.find("no host at all") is None


def write(folder: Path, host: str, path: str, content: bytes) -> None:
    file = folder / host / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def test_hosts_with_a_folder_are_served_out_of_it_the_first_one_first(
    authority: Authority, tmp_path: Path
) -> None:
    write(tmp_path / "shipped", "www.example", "logo.svg", b"<svg/>")
    write(tmp_path / "shipped", "both.example", "which.txt", b"shipped")
    write(tmp_path / "user", "both.example", "which.txt", b"user")
    with edge(authority, FileSites([tmp_path / "user", tmp_path / "shipped"])) as port:
        logo = fetched(port, authority, "www.example", "/logo.svg")
        which = fetched(port, authority, "both.example", "/which.txt")
        missing = fetched(port, authority, "www.example", "/which.txt")
    assert (logo.body, logo.content_type) == (b"<svg/>", "image/svg+xml")
    assert which.body == b"user"
    assert missing.status == 404


def test_no_path_leads_out_of_a_hosts_folder(authority: Authority, tmp_path: Path) -> None:
    write(tmp_path, "www.example", "a.txt", b"a")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    with edge(authority, FileSites([tmp_path])) as port:
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "//secret.txt", "/.."):
            assert fetched(port, authority, "www.example", path).status == 404
        assert fetched(port, authority, "..").outcome is not Fetching.FETCHED


def test_without_aws_there_is_no_certificate(authority: Authority) -> None:
    with edge(authority, tenants(FakeCloudFront(down=True))) as port:
        assert fetched(port, authority).outcome is Fetching.BAD_CERTIFICATE


def test_a_root_is_made_once_and_again_when_it_is_lost(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    assert authority.ensure()
    first = authority.root.read_bytes()
    assert not authority.ensure()
    assert authority.root.read_bytes() == first
    assert (tmp_path / "root.key").stat().st_mode & 0o077 == 0
    (tmp_path / "root.key").unlink()
    assert authority.ensure()
    assert authority.root.read_bytes() != first
