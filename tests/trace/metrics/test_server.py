# SPDX-License-Identifier: Apache-2.0
"""/metrics by HTTP: where it listens, what it answers, and what it says where it cannot."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress

import pytest

from lightexit.errors import AuthorError, HostError
from lightexit.trace.access import Counts
from lightexit.trace.metrics import ListenAddress, MetricsServer, exported, serve
from lightexit.trace.metrics import server as server_module
from monitoring.scripted import PM_TIMER, Script, Steady, key

ANY = ListenAddress("127.0.0.1", 0)


@pytest.fixture
def server() -> Iterator[MetricsServer]:
    with closing(MetricsServer(ANY)) as made:
        yield made


def get(server: MetricsServer, path: str = "/metrics", method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://{server.address}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


# Where


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:10489", ListenAddress("127.0.0.1", 10489)),
        ("[::1]:9100", ListenAddress("::1", 9100)),
        ("localhost:0", ListenAddress("localhost", 0)),
        ("[fe80::1%eth0]:1", ListenAddress("fe80::1%eth0", 1)),
    ],
)
def test_an_address(text: str, address: ListenAddress) -> None:
    assert ListenAddress.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text", ["", "9100", ":9100", "host:", "host", "::1:9100", "[]:1", "host:12x", "http://h:1/"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(AuthorError) as caught:
        ListenAddress.parse(text)
    assert str(caught.value) == (
        f"{text!r} is no address to listen at\n"
        "  expected: HOST:PORT, as 127.0.0.1:10489, [::1]:10489 or 0.0.0.0:10489"
    )


@pytest.mark.parametrize("text", ["h:65536", "h:99999999999999999999", "h:٣"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(AuthorError) as caught:
        ListenAddress.parse(text)
    assert str(caught.value) == (f"{text!r} has no TCP port\n  expected: a port from 0 to 65535")


def test_an_ipv6_address() -> None:
    try:
        server = MetricsServer(ListenAddress("::1", 0))
    except HostError:
        pytest.skip("this machine has no IPv6")
    with closing(server):
        server.start(Script().metrics)
        assert str(server.address).startswith("[::1]:")
        assert get(server)[0] == 200


def test_a_port_in_use(server: MetricsServer) -> None:
    with pytest.raises(HostError) as caught:
        MetricsServer(server.address)
    assert str(caught.value) == (
        f"another program listens at {server.address}\n"
        f"  help: another port, or stop it: ss -ltnp 'sport = :{server.address.port}' names it"
    )


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("192.0.2.1", "192.0.2.1 is no address of this machine\n  help: 0.0.0.0:0 is all of"),
        ("no.such.host.invalid", "the host of no.such.host.invalid:0 is not known here"),
        ("a" * 70, f"the host of {'a' * 70}:0 is not known here"),
    ],
)
def test_a_host_that_is_not_here(host: str, said: str) -> None:
    with pytest.raises(HostError) as caught:
        MetricsServer(ListenAddress(host, 0))
    assert str(caught.value).startswith(said)


def test_no_right_to_a_low_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(server_module, "TCPServer", type("No", (), {"server_bind": refused}))
    with pytest.raises(HostError) as caught:
        MetricsServer(ListenAddress("127.0.0.1", 80))
    assert str(caught.value) == (
        "this user may not listen at port 80\n  help: a port from 1024 on, or CAP_NET_BIND_SERVICE"
    )


def test_without_prometheus_client() -> None:
    code = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "from lightexit.trace.metrics import ListenAddress, MetricsServer\n"
        "MetricsServer(ListenAddress('127.0.0.1', 0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "--metrics needs the Python module prometheus_client, which is not installed" in (
        done.stderr
    )
    assert "pip install 'lightexit[metrics]'" in done.stderr


# What


def test_metrics_and_nothing_else(server: MetricsServer) -> None:
    server.start(Script().metrics)
    status, text = get(server)
    assert status == 200
    assert "lightexit_build_info{" in text
    for path in ("/", "/favicon.ico", "/metrics/", "/metrics/../etc/passwd", "/-/quit"):
        assert get(server, path) == (404, "metrics are at /metrics\n")
    assert get(server, "/metrics", "POST")[0] == 405
    assert get(server, "/metrics?name[]=lightexit_watched_vms")[1].splitlines()[-1] == (
        "lightexit_watched_vms 0.0"
    )


def test_a_scrape_brings_the_counts_up_to_date(server: MetricsServer) -> None:
    script = Script()

    def count_one() -> None:
        script.access(key(7, PM_TIMER))
        script.tell(after_s=0.001)

    server.start(script.metrics, before=count_one)
    get(server)
    _, text = get(server)
    (line,) = re.findall(r'^lightexit_vm_accesses_total.*device="other".*$', text, re.MULTILINE)
    assert line.endswith(" 2.0")


def test_what_the_counts_cannot_be_read_for_is_the_answer(server: MetricsServer) -> None:
    def refuse() -> None:
        raise HostError("the probes are gone")

    server.start(Script().metrics, before=refuse)
    assert get(server) == (503, "the probes are gone\n")


def test_clients_that_send_nothing_do_not_keep_others_out(
    server: MetricsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module._Handler, "timeout", 0.3)
    server.start(Script().metrics)
    with ExitStack() as stack:
        for _ in range(server_module._MOST_CLIENTS + 10):
            stack.enter_context(socket.create_connection(server.address, timeout=5))
        names = [thread.name for thread in threading.enumerate()]
        assert sum("request" in name for name in names) <= server_module._MOST_CLIENTS
        time.sleep(0.5)
        assert get(server)[0] == 200


# Without a screen


def test_serving_for_a_time() -> None:
    server, script = MetricsServer(ANY), Script()
    seen: list[tuple[int, str]] = []
    scraper = threading.Timer(0.1, lambda: seen.append(get(server)))
    scraper.start()
    serve(server, lambda: Steady(vms=1, registers=1), script.metrics, interval_s=0.05, for_s=0.4)
    scraper.join()
    assert seen[0][0] == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(server.address, timeout=1)


def test_scrapes_in_a_hurry_do_not_read_the_counts_each() -> None:
    class Counting(Steady):
        reads = 0

        def read(self) -> Counts:
            self.reads += 1
            return super().read()

    source, server = Counting(vms=1, registers=1), MetricsServer(ANY)

    def scrape() -> None:
        with suppress(OSError):  # the server may be closed meanwhile
            for _ in range(20):
                get(server)

    scrapers = [threading.Timer(0.05, scrape) for _ in range(3)]
    for scraper in scrapers:
        scraper.start()
    serve(server, lambda: source, Script().metrics, interval_s=0.2, for_s=0.6)
    for scraper in scrapers:
        scraper.join()
    assert source.reads <= 8


def test_a_source_that_fails_ends_it() -> None:
    class Failing(Steady):
        def read(self) -> Counts:
            raise HostError("the probes are gone")

    with pytest.raises(HostError, match="the probes are gone"):
        serve(MetricsServer(ANY), lambda: Failing(1, 1), Script().metrics)


def test_the_address_is_free_again_where_the_source_cannot_be_opened(
    server: MetricsServer,
) -> None:
    def refuse() -> Steady:
        raise HostError("no rights")

    with pytest.raises(HostError, match="no rights"):
        serve(server, refuse)
    MetricsServer(server.address).close()


def test_counts_beside_a_screen(server: MetricsServer) -> None:
    """Who has the source reads it, and scrapes show that without reading it again."""
    script, source = Script(), Steady(vms=1, registers=1)
    with exported(server, lambda: source, script.metrics, fresh_s=60) as counts:
        first = counts.read()
        time.sleep(0.05)
        get(server)
        assert script.metrics.counts is first
        assert counts.read().time_ns > first.time_ns
    counts.refresh()
    assert script.metrics.counts.time_ns > first.time_ns
