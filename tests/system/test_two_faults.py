"""Two faults at once: the one that stops the packet first leads, the other is told beside it, and no third is invented.

The packet's way is that of `Stop` in faults/fault.py: the name, the route, the rules on the way out and in, NAT, the
listener, the accept queue, the protocol. What each pair expects was written from what was staged.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.servers import make_certificate
from tests.system import troubled
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.hosts import with_hosts
from tests.system.listener import __file__ as listener_file
from tests.system.nat import translate
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import ADDRESS, Answer, Namespace, wait_until
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


class Place(NamedTuple):
    """Where a pair is staged, and for whom."""

    stage: Namespace
    folder: Path
    person: Person

    def ask(
        self,
        target: str,
        *options: str,
        environment: dict[str, str] | None = None,
        through: tuple[str, ...] = (),
    ) -> Answer:
        """Ask porttui; what is dropped needs 1.2 s to be believed."""
        return self.stage.check(
            target, "--timeout=1.5", *options, person=self.person, environment=environment, through=through
        )


class Pair(NamedTuple):
    """Two faults and what must be said of them."""

    staged: Callable[[Place], tuple[Answer, int]]
    first: str
    step: str
    also: frozenset[str]


_PAIRS: dict[str, Pair] = {}
Staged = Callable[[Place], tuple[Answer, int]]


def pair(first: str, step: str, *also: str) -> Callable[[Staged], Staged]:
    """Add a pair: the code that leads, its step, and the codes beside it."""

    def add(staged: Staged) -> Staged:
        _PAIRS[staged.__name__.removeprefix("_")] = Pair(staged, first, step, frozenset(also))
        return staged

    return add


@pytest.mark.parametrize("name", _PAIRS)
def test_the_first_one_leads(person: Person, name: str, open_folder: Path) -> None:
    case = _PAIRS[name]
    with Namespace(lan=True) as stage:
        answer, port = case.staged(Place(stage, open_folder, person))
    expect_fault(answer, case.first, case.step, port, person)
    assert {verdict["code"] for verdict in answer.report["also"]} == case.also, answer
    assert not case.also & {ruled["code"] for ruled in answer.report["ruled_out"]}, answer


# A firewall and the listener behind it.


@pair("fw-drop-input", "firewall", "nothing-listening")
def _dropped_and_nobody_there(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.filter("input", f"tcp dport {port} drop")
    return place.ask(f"127.0.0.1:{port}"), port


@pair("fw-reject-reset", "firewall", "nothing-listening")
def _reset_by_a_rule_and_nobody_there(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.filter("input", f"tcp dport {port} reject with tcp reset")
    return place.ask(f"127.0.0.1:{port}"), port


@pair("fw-reject-icmp", "firewall", "nothing-listening")
def _rejected_and_nobody_there(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.filter("input", f"tcp dport {port} reject")
    return place.ask(f"127.0.0.1:{port}"), port


@pair("fw-drop-output", "firewall", "nothing-listening")
def _dropped_on_the_way_out_and_nobody_there(place: Place) -> tuple[Answer, int]:
    """A NAT rule that leads packets where they cannot go shows the same; but nothing here tracks connections."""
    port = place.stage.free_port()
    place.stage.filter("output", f"tcp dport {port} drop")
    return place.ask(f"127.0.0.1:{port}"), port


@pair("fw-reject-reset", "firewall", "ipv6-only-listener")
def _reset_by_a_rule_and_on_ipv6_only(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(address="::1", person=Person.OTHER)
    place.stage.filter("input", f"ip daddr 127.0.0.1 tcp dport {server.port} reject with tcp reset")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-reject-icmp", "firewall", "v6only-wildcard")
def _rejected_and_shut_to_ipv4(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--v6only=1", address="::", person=Person.OTHER)
    place.stage.filter("input", f"meta nfproto ipv4 tcp dport {server.port} reject")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-drop-input", "firewall", "v6only-wildcard")
def _dropped_and_shut_to_ipv4(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--v6only=1", address="::", person=Person.OTHER)
    place.stage.filter("input", f"meta nfproto ipv4 tcp dport {server.port} drop")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-drop-input", "firewall", "ipv4-only-listener")
def _dropped_and_on_ipv4_only(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(person=Person.OTHER)
    place.stage.filter("input", f"meta nfproto ipv6 tcp dport {server.port} drop")
    return place.ask(f"[::1]:{server.port}"), server.port


@pair("fw-drop-input", "firewall", "listener-loopback-only")
def _dropped_and_on_loopback_only(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(person=Person.OTHER)
    place.stage.filter("input", f"ip daddr {ADDRESS} tcp dport {server.port} drop")
    return place.ask(f"{ADDRESS}:{server.port}"), server.port


@pair("fw-reject-icmp", "firewall", "listener-other-address")
def _rejected_and_on_another_address(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(address="127.0.0.2", person=Person.OTHER)
    place.stage.filter("output", f"ip daddr 127.0.0.1 tcp dport {server.port} reject")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-drop-output", "firewall")
def _dropped_on_both_ways(place: Place) -> tuple[Answer, int]:
    """What would become of a packet that never left cannot be seen; the rule on the way out is the first."""
    server = place.stage.listen(person=Person.OTHER)
    place.stage.filter("output", f"tcp dport {server.port} drop")
    place.stage.filter("input", f"tcp dport {server.port} drop")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-reject-icmp", "firewall")
def _rejected_on_the_way_out_and_dropped_on_the_way_in(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(person=Person.OTHER)
    place.stage.filter("output", f"tcp dport {server.port} reject")
    place.stage.filter("input", f"tcp dport {server.port} drop")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-drop-input", "firewall", "sigstopped")
def _dropped_and_paused(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    place.stage.filter("input", f"tcp dport {server.port} drop")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-reject-reset", "firewall", "udp-only")
def _reset_by_a_rule_and_on_udp_only(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--do=udp", person=Person.OTHER)
    place.stage.filter("input", f"tcp dport {server.port} reject with tcp reset")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-reject-reset", "firewall", "wrong-port")
def _reset_by_a_rule_and_the_server_is_next_door(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(person=Person.OTHER)
    port = server.port + 1
    place.stage.filter("input", f"tcp dport {port} reject with tcp reset")
    return place.ask(f"http://127.0.0.1:{port}/"), port


@pair("fw-reject-reset", "firewall", "bound-not-listening")
def _reset_by_a_rule_and_bound_only(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--do=bind", person=Person.OTHER)
    place.stage.filter("input", f"tcp dport {server.port} reject with tcp reset")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-drop-input", "firewall", "nothing-listening")
def _one_address_dropped_and_nobody_at_the_other(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.filter("input", f"ip daddr 127.0.0.1 tcp dport {port} drop")
    hosts = f"127.0.0.1 localhost shop.test\n{ADDRESS} shop.test\n"
    return place.ask(f"http://shop.test:{port}/", through=with_hosts(place.folder, hosts, place.person)), port


# The name first.


@pair("hosts-localhost-elsewhere", "name", "nothing-listening")
def _localhost_leads_elsewhere_and_nobody_there(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    hosts = with_hosts(place.folder, f"{ADDRESS} localhost\n", place.person)
    answer = place.ask(f"http://localhost:{port}/", through=hosts)
    return answer, _named(answer, "localhost", port)


@pair("hosts-localhost-elsewhere", "name", "fw-drop-input")
def _localhost_leads_elsewhere_and_a_rule_drops(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(address="0.0.0.0", person=Person.OTHER)
    place.stage.filter("input", f"ip daddr {ADDRESS} tcp dport {server.port} drop")
    hosts = with_hosts(place.folder, f"{ADDRESS} localhost\n", place.person)
    answer = place.ask(f"http://localhost:{server.port}/", through=hosts)
    return answer, _named(answer, "localhost", server.port)


@pair("hosts-localhost-elsewhere", "name", "fw-reject-reset")
def _localhost_leads_elsewhere_and_a_rule_resets(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(address="0.0.0.0", person=Person.OTHER)
    place.stage.filter("input", f"ip daddr {ADDRESS} tcp dport {server.port} reject with tcp reset")
    hosts = with_hosts(place.folder, f"{ADDRESS} localhost\n", place.person)
    answer = place.ask(f"http://localhost:{server.port}/", through=hosts)
    return answer, _named(answer, "localhost", server.port)


@pair("sigstopped", "probe")
def _one_address_of_localhost_is_dead_and_the_other_paused(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    hosts = with_hosts(place.folder, "127.0.0.1 localhost\n::1 localhost\n", place.person)
    return place.ask(f"http://localhost:{server.port}/", through=hosts), server.port


@pair("proxy-env", "probe", "http-server-error")
def _a_dead_proxy_and_a_server_in_trouble(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--status=500", person=Person.OTHER)
    proxy = {"http_proxy": f"http://127.0.0.1:{place.stage.free_port()}"}
    return place.ask(f"http://127.0.0.1:{server.port}/", environment=proxy), server.port


@pair("proxy-env", "probe", "http-client-error")
def _a_dead_proxy_and_a_page_that_is_not_there(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--status=404", person=Person.OTHER)
    proxy = {"http_proxy": f"http://127.0.0.1:{place.stage.free_port()}"}
    return place.ask(f"http://127.0.0.1:{server.port}/", environment=proxy), server.port


@pair("nothing-listening", "listener")
def _a_dead_proxy_and_a_dead_server(place: Place) -> tuple[Answer, int]:
    """That the proxy is to blame is said only where the direct way works; here the server is down as well."""
    port = place.stage.free_port()
    proxy = {"http_proxy": f"http://127.0.0.1:{place.stage.free_port()}"}
    return place.ask(f"http://127.0.0.1:{port}/", environment=proxy), port


@pair("sigstopped", "probe")
def _a_dead_proxy_and_a_paused_server(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    proxy = {"http_proxy": f"http://127.0.0.1:{place.stage.free_port()}"}
    return place.ask(f"http://127.0.0.1:{server.port}/", environment=proxy), server.port


@pair("wrong-port", "listener")
def _a_dead_proxy_and_the_server_is_next_door(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(person=Person.OTHER)
    proxy = {"http_proxy": f"http://127.0.0.1:{place.stage.free_port() + 5000}"}
    return place.ask(f"http://127.0.0.1:{server.port + 1}/", environment=proxy), server.port + 1


@pair("hosts-localhost-elsewhere", "name")
def _localhost_leads_elsewhere_and_the_server_is_on_loopback(place: Place) -> tuple[Answer, int]:
    """The server is where it should be: once the name is mended, nothing is wrong."""
    server = place.stage.listen(person=Person.OTHER)
    hosts = with_hosts(place.folder, f"{ADDRESS} localhost\n", place.person)
    answer = place.ask(f"http://localhost:{server.port}/", through=hosts)
    return answer, _named(answer, "localhost", server.port)


# The way, and what is behind it.


@pair("lo-down", "path")
def _loopback_is_down_and_nobody_there(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.run("ip", "link", "set", "lo", "down")
    return place.ask(f"127.0.0.1:{port}"), port


@pair("lo-down", "path", "sigstopped")
def _loopback_is_down_and_the_server_paused(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    place.stage.run("ip", "link", "set", "lo", "down")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("lo-down", "path")
def _loopback_is_down_and_a_rule_drops(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    place.stage.filter("input", f"tcp dport {server.port} drop")
    place.stage.run("ip", "link", "set", "lo", "down")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("loopback-address-missing", "path")
def _without_127_0_0_1_and_on_ipv6_only(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(address="::1", port=place.stage.free_port(), person=Person.OTHER)
    place.stage.run("ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("ephemeral-exhaustion", "path")
def _no_source_port_and_the_server_paused(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--do=silent", port=place.stage.free_port(), person=Person.OTHER)
    place.stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40007")
    place.stage.crowd(server.port, 9)
    server.pause()
    return place.ask(f"127.0.0.1:{server.port}", "--settle=0"), server.port


@pair("ephemeral-exhaustion", "path")
def _no_source_port_and_a_rule_drops(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--do=silent", port=place.stage.free_port(), person=Person.OTHER)
    place.stage.run("sysctl", "-w", "net.ipv4.ip_local_port_range=40000 40007")
    place.stage.crowd(server.port, 9)
    place.stage.filter("input", f"tcp dport {server.port} drop")
    return place.ask(f"127.0.0.1:{server.port}", "--settle=0"), server.port


@pair("nat-redirect-dead", "firewall")
def _led_to_an_empty_port_and_the_server_paused(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    translate(place.stage, "output", f"tcp dport {server.port} redirect to :{place.stage.free_port()}")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("nat-redirect-elsewhere", "firewall", "http-server-error")
def _led_to_another_program_that_is_in_trouble(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    other = place.stage.listen("--status=500", port=place.stage.free_port(), person=Person.OTHER)
    translate(place.stage, "output", f"tcp dport {server.port} redirect to :{other.port}")
    return place.ask(f"http://127.0.0.1:{server.port}/"), server.port


@pair("fw-reject-reset", "firewall", "unix-socket-only")
def _reset_by_a_rule_and_on_a_unix_socket_only(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.listen("--do=unix", address=str(place.folder / f".s.PGSQL.{port}"), port=port)
    place.stage.filter("input", f"tcp dport {port} reject with tcp reset")
    return place.ask(f"postgresql://127.0.0.1:{port}"), port


@pair("fw-reject-reset", "firewall", "device-bound-listener")
def _reset_by_a_rule_and_bound_to_a_device(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--device=lan0", address="0.0.0.0", port=place.stage.free_port())
    place.stage.filter("input", f"tcp dport {server.port} reject with tcp reset")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


# The queue and the program behind it.


@pair("sigstopped", "probe")
def _paused_behind_a_full_queue(place: Place) -> tuple[Answer, int]:
    """The full queue is what comes of it, and no second fault."""
    server = place.stage.listen("--backlog=1", port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    place.stage.crowd(server.port, 4)
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("fw-drop-input", "firewall")
def _dropped_before_a_full_queue(place: Place) -> tuple[Answer, int]:
    """The queue was full before; no packet of ours came so far as to overflow it."""
    server = place.stage.listen("--do=never", "--backlog=1", person=Person.OTHER)
    place.stage.crowd(server.port, 4)
    place.stage.filter("input", f"tcp dport {server.port} drop")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("nothing-listening", "listener")
def _nobody_there_and_the_neighbour_is_paused(place: Place) -> tuple[Answer, int]:
    """A neighbour that does not answer is not recommended."""
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    port = server.port + 1
    return place.ask(f"http://127.0.0.1:{port}/"), port


# One listener too few, and something beside it.


@pair("udp-only", "listener")
def _on_udp_only_and_another_server_next_door(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--do=udp", port=place.stage.free_port(), person=Person.OTHER)
    place.stage.listen(port=server.port + 1, person=Person.OTHER)
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("bound-not-listening", "listener")
def _bound_only_and_another_server_next_door(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--do=bind", port=place.stage.free_port(), person=Person.OTHER)
    place.stage.listen(port=server.port + 1, person=Person.OTHER)
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("listener-other-address", "listener", "v6only-wildcard")
def _shut_to_ipv4_and_on_another_address(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--v6only=1", address="::", person=Person.OTHER)
    place.stage.listen(address="127.0.0.2", port=server.port, person=Person.OTHER)
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("listener-loopback-only", "listener")
def _on_loopback_only_and_paused(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    return place.ask(f"{ADDRESS}:{server.port}"), server.port


@pair("wrong-port", "listener")
def _next_door_and_in_plain_text(place: Place) -> tuple[Answer, int]:
    """The way out names the address that works: the neighbour's port, and its language."""
    there = place.stage.free_port()
    start_nginx(place.stage, place.folder, there, f"listen 127.0.0.1:{there}; location / {{ return 200 'hello'; }}")
    answer = place.ask(f"https://127.0.0.1:{there + 1}/")
    assert f"on port {there}, in plain HTTP: probably" in answer.verdict["summary"], answer
    assert answer.report["remedies"][0]["proof"] == f"http://localhost:{there}", answer.report["remedies"]
    return answer, there + 1


@pair("wrong-port", "listener")
def _next_door_and_in_https(place: Place) -> tuple[Answer, int]:
    there, _ = serve_tls(place.stage, place.folder)
    answer = place.ask(f"http://127.0.0.1:{there + 1}/")
    assert f"on port {there}, in HTTPS: probably" in answer.verdict["summary"], answer
    assert answer.report["remedies"][0]["proof"] == f"https://localhost:{there}", answer.report["remedies"]
    return answer, there + 1


@pair("crash-loop", "listener")
def _comes_and_goes_beside_a_neighbour(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.listen(port=port + 1, person=Person.OTHER)
    _comes_and_goes(place, port)
    return place.ask(f"http://127.0.0.1:{port}/", "--settle=4"), port


@pair("fw-reject-reset", "firewall", "crash-loop")
def _reset_by_a_rule_and_comes_and_goes(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    place.stage.filter("input", f"tcp dport {port} reject with tcp reset")
    _comes_and_goes(place, port)
    return place.ask(f"http://127.0.0.1:{port}/", "--settle=4"), port


# What is said on the connection.


@pair("cert-expired", "probe", "cert-hostname-mismatch")
def _expired_and_for_another_name(place: Place) -> tuple[Answer, int]:
    port, pair = serve_tls(place.stage, place.folder, names="DNS:shop.test", days=-1)
    return place.ask(f"https://127.0.0.1:{port}/", environment=trusting(pair)), port


@pair("cert-self-signed", "probe", "cert-expired")
def _untrusted_and_expired(place: Place) -> tuple[Answer, int]:
    port, _ = serve_tls(place.stage, place.folder, days=-1)
    return place.ask(f"https://127.0.0.1:{port}/"), port


@pair("cert-self-signed", "probe", "cert-hostname-mismatch")
def _untrusted_and_for_another_name(place: Place) -> tuple[Answer, int]:
    port, _ = serve_tls(place.stage, place.folder, names="DNS:shop.test")
    return place.ask(f"https://127.0.0.1:{port}/"), port


@pair("cert-self-signed", "probe", "cert-expired", "cert-hostname-mismatch")
def _untrusted_expired_and_for_another_name(place: Place) -> tuple[Answer, int]:
    port, _ = serve_tls(place.stage, place.folder, names="DNS:shop.test", days=-1)
    return place.ask(f"https://127.0.0.1:{port}/"), port


@pair("cert-expired", "probe", "upstream-dead-502")
def _expired_before_a_dead_program(place: Place) -> tuple[Answer, int]:
    pair = make_certificate(place.folder, days=-1)
    port = place.stage.free_port()
    tls = f"listen 127.0.0.1:{port} ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
    upstream = f"location / {{ proxy_pass http://127.0.0.1:{place.stage.free_port()}; }}"
    start_nginx(place.stage, place.folder, port, f"{tls} {upstream}")
    return place.ask(f"https://127.0.0.1:{port}/", environment=trusting(pair)), port


@pair("cert-hostname-mismatch", "probe", "http-server-error")
def _for_another_name_and_in_trouble(place: Place) -> tuple[Answer, int]:
    pair = make_certificate(place.folder, names="DNS:shop.test")
    port = place.stage.free_port()
    tls = f"listen 127.0.0.1:{port} ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
    start_nginx(place.stage, place.folder, port, f"{tls} location / {{ return 500 'broken'; }}")
    return place.ask(f"https://127.0.0.1:{port}/", environment=trusting(pair)), port


@pair("cert-expired", "probe", "mtls-required")
def _expired_and_a_client_certificate_wanted(place: Place) -> tuple[Answer, int]:
    pair = make_certificate(place.folder, days=-1)
    port = place.stage.free_port()
    tls = f"listen 127.0.0.1:{port} ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
    ask = f"ssl_client_certificate {pair.certificate}; ssl_verify_client on;"
    start_nginx(place.stage, place.folder, port, f"{tls} {ask} location / {{ return 200 'hello'; }}")
    return place.ask(f"https://127.0.0.1:{port}/", environment=trusting(pair)), port


@pair("plain-http-to-tls", "probe")
def _in_plain_text_to_an_expired_certificate(place: Place) -> tuple[Answer, int]:
    """Nobody asked for the certificate yet; the way out is tried, and says what comes next."""
    port, pair = serve_tls(place.stage, place.folder, days=-1)
    return place.ask(f"http://127.0.0.1:{port}/", environment=trusting(pair)), port


@pair("cert-expired", "probe", "redirect-elsewhere")
def _expired_and_sent_to_a_dead_end(place: Place) -> tuple[Answer, int]:
    pair = make_certificate(place.folder, days=-1)
    port = place.stage.free_port()
    tls = f"listen 127.0.0.1:{port} ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
    away = f"location / {{ return 302 http://127.0.0.1:{place.stage.free_port()}/; }}"
    start_nginx(place.stage, place.folder, port, f"{tls} {away}")
    return place.ask(f"https://127.0.0.1:{port}/", environment=trusting(pair)), port


@pair("http-server-error", "probe")
def _in_trouble_beside_another_server(place: Place) -> tuple[Answer, int]:
    """That another one is at the other family is told when this one works."""
    server = place.stage.listen("--status=500", port=place.stage.free_port(), person=Person.OTHER)
    place.stage.listen("--text=other", address="::1", port=server.port, person=Person.OTHER)
    return place.ask(f"http://127.0.0.1:{server.port}/"), server.port


@pair("handler-hangs", "probe")
def _a_dead_proxy_and_a_page_that_hangs(place: Place) -> tuple[Answer, int]:
    server = troubled.node_server(place.stage)
    proxy = {"http_proxy": f"http://127.0.0.1:{place.stage.free_port()}"}
    return place.ask(f"http://127.0.0.1:{server.port}/never", environment=proxy), server.port


@pair("fw-reject-reset", "firewall")
def _reset_by_a_rule_before_a_server_that_closes(place: Place) -> tuple[Answer, int]:
    server = place.stage.listen("--do=close", port=place.stage.free_port(), person=Person.OTHER)
    place.stage.filter("input", f"tcp dport {server.port} reject with tcp reset")
    return place.ask(f"127.0.0.1:{server.port}"), server.port


@pair("sigstopped", "probe")
def _a_paused_forwarder_to_a_dead_end(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    listen = f"TCP-LISTEN:{port},fork,reuseaddr,bind=127.0.0.1"
    server = place.stage.serve(port, "socat", listen, f"TCP:127.0.0.1:{place.stage.free_port()}")
    server.pause()
    return place.ask(f"127.0.0.1:{port}"), port


@pair("fw-drop-input", "firewall")
def _dropped_before_a_forwarder_to_a_dead_end(place: Place) -> tuple[Answer, int]:
    port = place.stage.free_port()
    listen = f"TCP-LISTEN:{port},fork,reuseaddr,bind=127.0.0.1"
    place.stage.serve(port, "socat", listen, f"TCP:127.0.0.1:{place.stage.free_port()}")
    place.stage.filter("input", f"tcp dport {port} drop")
    return place.ask(f"127.0.0.1:{port}"), port


# A server that wants to start.


def test_reserved_and_taken(person: Person) -> None:
    with Namespace() as stage:
        stage.listen(port=80)
        answer = stage.check("127.0.0.1:80", "--bind", person=person)
    reserved = person is Person.NOBODY
    expect_fault(answer, "privileged-port" if reserved else "port-taken", "bind", 80, person)
    assert [verdict["code"] for verdict in answer.report["also"]] == ["port-taken"] * reserved, answer


def test_not_this_machines_address_and_reserved(person: Person) -> None:
    with Namespace() as stage:
        answer = stage.check("10.9.9.9:80", "--bind", person=person)
    expect_fault(answer, "addr-not-available", "bind", 80, person, named="10.9.9.9")
    reserved = person is Person.NOBODY
    assert [verdict["code"] for verdict in answer.report["also"]] == ["privileged-port"] * reserved, answer


@pytest.mark.parametrize("off", ["net.ipv6.conf.all.disable_ipv6=1", "lo"])
def test_without_ipv6_and_reserved(person: Person, off: str) -> None:
    """For IPv6 the kernel looks at the rights first, and for IPv4 at the address."""
    with Namespace() as stage:
        stage.run(*(["ip", "link", "set", "lo", "down"] if off == "lo" else ["sysctl", "-w", off]))
        answer = stage.check("[::1]:80", "--bind", person=person)
    if person is Person.NOBODY:
        expect_fault(answer, "privileged-port", "bind", 80, person)
    else:
        expect_fault(answer, "lo-down" if off == "lo" else "ipv6-disabled", "path", 80, person)


def test_taken_by_a_paused_server(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        server.pause()
        answer = stage.check(f"127.0.0.1:{server.port}", "--bind", person=person)
    expect_fault(answer, "port-taken", "bind", server.port, person)
    assert not answer.report["also"], answer


def test_one_of_two_addresses_is_taken(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        hosts = with_hosts(open_folder, "127.0.0.1 localhost\n::1 localhost\n", person)
        answer = stage.check(f"localhost:{server.port}", "--bind", person=person, through=hosts)
    expect_fault(answer, "port-taken", "bind", server.port, person)


def test_it_comes_and_goes_and_answers_with_an_error(person: Person, open_folder: Path) -> None:
    """The error is told as well when it was up at the end of the look."""
    with Namespace() as stage:
        port = stage.free_port()
        _comes_and_goes(Place(stage, open_folder, person), port, "--status=500")
        answer = stage.check(f"http://127.0.0.1:{port}/", "--settle=4", person=person)
    expect_fault(answer, "crash-loop", "listener", port, person)
    assert {verdict["code"] for verdict in answer.report["also"]} <= {"http-server-error"}, answer


def _named(answer: Answer, word: str, port: int) -> int:
    """Assert that the verdict is about the name, where the port is not what it is about."""
    assert word in answer.verdict["summary"], answer
    return port


def _comes_and_goes(place: Place, port: int, *options: str) -> None:
    command = " ".join((sys.executable, "-I", "-S", listener_file, "--port", str(port), "--lives=0.4", *options))
    place.stage.popen("sh", "-c", f"while :; do {command}; sleep 0.2; done")
    wait_until(lambda: place.stage.listens(port), "the first start")
