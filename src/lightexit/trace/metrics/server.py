# SPDX-License-Identifier: Apache-2.0
"""/metrics by HTTP."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from lightexit.errors import AuthorError, HostError, LightexitError
from lightexit.trace.metrics.exposition import check_installed, registry_of
from lightexit.trace.metrics.totals import Metrics

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/metrics"
#: Clients at a time, and how long one may take to send its request.
_MOST_CLIENTS, _PATIENCE_S = 16, 10


class ListenAddress(NamedTuple):
    """Where to listen; port 0 is one that the system chooses."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> ListenAddress:
        """HOST:PORT, with an IPv6 address in brackets. Raises AuthorError."""
        host, colon, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        plain = host[1:-1] if bracketed else host
        if not (colon and plain and (bracketed or ":" not in plain) and port.isdecimal()):
            raise AuthorError(
                f"{text!r} is no address to listen at",
                expected="HOST:PORT, as 127.0.0.1:10489, [::1]:10489 or 0.0.0.0:10489",
            )
        if not (port.isascii() and len(port) <= 5 and int(port) < 65536):
            raise AuthorError(f"{text!r} has no TCP port", expected="a port from 0 to 65535")
        return cls(plain, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class MetricsServer:
    """Listens at once, answers from `start` to `close`, on threads of its own."""

    def __init__(self, address: ListenAddress) -> None:
        """Raises HostError where the address cannot be listened at, or prometheus-client is not
        installed.
        """
        check_installed()
        try:
            self._http = _listener(address)
        except (OSError, UnicodeError) as error:
            raise _refused(address, error) from error
        self.address = ListenAddress(address.host, self._http.server_port)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), daemon=True)

    def start(self, metrics: Metrics, before: Callable[[], None] = lambda: None) -> None:
        """Answer with `metrics`; `before` is called first, to bring them up to date."""
        self._http.set_app(_application(metrics, before))
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        if self._thread.is_alive():
            self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = _MOST_CLIENTS

    def __init__(self, family: socket.AddressFamily, address: Any) -> None:
        self.address_family = family
        self._clients = threading.BoundedSemaphore(_MOST_CLIENTS)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's looks its own name up, which may take long
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._clients.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._clients.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell."""


class _Handler(WSGIRequestHandler):
    timeout = _PATIENCE_S

    def log_message(self, format: str, *args: Any) -> None:
        """Tell nothing: what clients send is not for a terminal."""


def _listener(address: ListenAddress) -> _Http:
    family, _, _, _, where = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return _Http(family, where)


def _refused(address: ListenAddress, error: OSError | UnicodeError) -> HostError:
    """The sentence for an address that cannot be listened at."""
    if isinstance(error, UnicodeError | socket.gaierror):
        return HostError(f"the host of {address} is not known here")
    if error.errno == errno.EADDRINUSE:
        return HostError(
            f"another program listens at {address}",
            advice=f"another port, or stop it: ss -ltnp 'sport = :{address.port}' names it",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return HostError(
            f"{address.host} is no address of this machine",
            advice=f"0.0.0.0:{address.port} is all of its IPv4 addresses",
        )
    if error.errno == errno.EACCES:
        return HostError(
            f"this user may not listen at port {address.port}",
            advice="a port from 1024 on, or CAP_NET_BIND_SERVICE",
        )
    return HostError(f"{address} cannot be listened at: {error.strerror or error}")


def _application(metrics: Metrics, before: Callable[[], None]) -> WSGIApplication:
    registry = registry_of(metrics)
    from prometheus_client import make_wsgi_app

    answer = make_wsgi_app(registry)

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            return _plain(start, "404 Not Found", f"metrics are at {PATH}")
        try:
            before()
        except LightexitError as error:
            return _plain(start, "503 Service Unavailable", str(error))
        found: Iterable[bytes] = answer(environ, start)
        return found

    return application


def _plain(start: StartResponse, status: str, text: str) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode(errors="backslashreplace") + b"\n"]
