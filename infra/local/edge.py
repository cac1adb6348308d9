"""The web as the local stack sees it: one HTTPS listener in place of CloudFront and of customers' hosts.

A host gets a certificate of its own name when there is something to serve for it. Any other gets the one
of the edge itself, so that a client finds the wrong name, as it would on AWS.
"""

from __future__ import annotations

import argparse
import logging
import ssl
import sys
import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import dns.exception
import dns.message
import dns.query
import dns.rdatatype
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.local import layout
from infra.local.authority import Authority
from infra.local.edge_sites import FileSites, Reply, RoutedSites, Site, Sites, TenantSites
from infra.local.ports import HOST

log: Final = logging.getLogger("edge")
OWN_NAME: Final = "*.cloudfront.net"
IDLE_SECONDS: Final = 10.0

_MISDIRECTED: Final = Reply(HTTPStatus.MISDIRECTED_REQUEST)
_BROKEN: Final = Reply(HTTPStatus.BAD_GATEWAY)


class Edge(ThreadingHTTPServer):
    """Serves the hosts that ``sites`` know."""

    daemon_threads = True

    def __init__(self, port: int, sites: Sites, authority: Authority) -> None:
        super().__init__((HOST, port), _Conversation)
        self._sites = sites
        self._authority = authority
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._making = threading.Lock()
        self._own = authority.context([OWN_NAME])
        self._own.sni_callback = self._choose

    def greet(self, connection: Any) -> ssl.SSLSocket:
        """TLS, in the connection's own thread."""
        connection.settimeout(IDLE_SECONDS)
        return self._own.wrap_socket(connection, server_side=True)

    def reply(self, connection: ssl.SSLSocket, host: str, path: str) -> Reply:
        """What the host says, if it is the host that the connection was made to."""
        site = self._site(host)
        if site is None or connection.context is not self._context(host):
            return _MISDIRECTED
        return site.get(path)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, most often because it likes the certificate no more than it should."""
        log.info("%s: %s", client_address, sys.exception())

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        host = (name or "").lower()
        try:
            if self._site(host) is not None:
                connection.context = self._context(host)
        except (BotoCoreError, ClientError) as error:
            log.warning("%s: %s", host, error)

    def _site(self, host: str) -> Site | None:
        return self._sites.find(host)

    def _context(self, host: str) -> ssl.SSLContext:
        with self._making:
            if host not in self._contexts:
                self._contexts[host] = self._authority.context([host])
            return self._contexts[host]


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "postseal-local-edge"
    sys_version = ""
    server: Edge

    def setup(self) -> None:
        self.request = self.server.greet(self.request)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        reply = self._reply()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(reply.body)

    def _reply(self) -> Reply:
        host = self.headers.get("Host", "").partition(":")[0].lower()
        try:
            return self.server.reply(self.request, host, urlsplit(self.path).path)
        except (BotoCoreError, ClientError) as error:
            log.warning("%s%s: %s", host, self.path, error)
            return _BROKEN

    def log_message(self, format: str, *args: Any) -> None:
        log.info(format, *args)


def addresses(dns_port: int, host: str) -> frozenset[str]:
    """Where the local DNS says that the host is; nothing when it does not say."""
    try:
        answer = dns.query.udp(dns.message.make_query(host, "A"), HOST, timeout=2, port=dns_port)
    except (dns.exception.DNSException, OSError) as error:
        log.warning("%s: %s", host, error)
        return frozenset()
    held = (rrset for rrset in answer.answer if rrset.rdtype == dns.rdatatype.A)
    return frozenset(data.to_text() for rrset in held for data in rrset)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--aws", metavar="URL", required=True, help="endpoint of CloudFront and S3")
    parser.add_argument("--dns-port", type=int, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    quick = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})
    cloudfront, s3 = (
        boto3.client(service, endpoint_url=arguments.aws, config=quick) for service in ("cloudfront", "s3")
    )
    owners = FileSites([layout.USER_SITES, layout.SHIPPED_SITES])
    sites = RoutedSites(partial(addresses, arguments.dns_port), TenantSites(cloudfront, s3), owners)
    Edge(arguments.port, sites, Authority(layout.AUTHORITY)).serve_forever()


if __name__ == "__main__":
    main()
