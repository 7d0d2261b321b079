"""healthy: all is well, and porttui says so, however unusual the way in which it is."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.servers import make_certificate
from tests.system import polite
from tests.system.expect import EVERYBODY, expect_healthy, expect_warning
from tests.system.hosts import with_hosts, with_overlay
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace, Server, wait_until
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


class Asked(NamedTuple):
    """What is asked of a set-up."""

    target: str
    environment: dict[str, str] | None = None
    through: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where a set-up is made, and for whom."""

    stage: Namespace
    folder: Path
    person: Person


SetUp = Callable[[Place], Asked | str]
_SETUPS: dict[str, SetUp] = {}


def setup(made: SetUp) -> SetUp:
    """Add a set-up in which nothing is wrong."""
    _SETUPS[made.__name__.removeprefix("_")] = made
    return made


@pytest.mark.parametrize("name", _SETUPS)
def test_nothing_is_wrong(person: Person, name: str, open_folder: Path) -> None:
    with Namespace(lan=True) as stage:
        made = _SETUPS[name](Place(stage, open_folder, person))
        asked = Asked(made) if isinstance(made, str) else made
        answer = stage.check(asked.target, person=person, environment=asked.environment, through=asked.through)
    expect_healthy(answer, person)
    assert not answer.report["also"], answer


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_web_server_answers(person: Person, address: str) -> None:
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        asked = "[::1]" if ":" in address else "127.0.0.1"
        answer = stage.check(f"http://{asked}:{server.port}/", "--timeout=30", person=person)
    expect_healthy(answer, person)
    assert answer.steps["probe"] == "pass", answer
    facts = answer.report["facts"]
    assert [each["outcome"] for each in (*facts["attempts"], *facts["exchanges"])] == ["open", "answer"], answer


# Manners of HTTP.


@pytest.mark.parametrize("manner", sorted(set(polite.MANNERS) - {"head-only", "websocket-only"}))
def test_an_unusual_answer_is_an_answer(person: Person, manner: str) -> None:
    with Namespace() as stage:
        server = _polite(stage, manner)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_healthy(answer, person)
    assert not answer.report["also"], answer


@pytest.mark.parametrize("manner", ["http-1.0", "late", "endless", "reset-after-the-answer"])
def test_an_unusual_answer_is_one_where_only_the_port_was_asked(person: Person, manner: str) -> None:
    with Namespace() as stage:
        server = _polite(stage, manner)
        answer = stage.check(f"127.0.0.1:{server.port}", person=person)
    expect_healthy(answer, person)
    assert not answer.report["also"], answer


def test_an_answer_that_comes_late_is_noted_and_no_failure(person: Person) -> None:
    with Namespace() as stage:
        answer = stage.check(f"http://127.0.0.1:{_polite(stage, 'late').port}/", person=person)
    expect_healthy(answer, person)
    assert "took 2." in answer.verdict["gloss"], answer


@pytest.mark.parametrize(
    ("status", "meaning"), [(401, "log in"), (403, "may not see"), (404, "no such page"), (429, "too many requests")]
)
def test_a_refusal_at_the_first_page_is_no_failure(person: Person, status: int, meaning: str) -> None:
    with Namespace() as stage:
        server = stage.listen(f"--status={status}", person=Person.OTHER)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_warning(answer, "http-client-error", "probe", server.port, person)
    assert answer.status == 0, answer
    assert meaning in answer.verdict["summary"], answer


@pytest.mark.parametrize(("manner", "status"), [("head-only", 405), ("websocket-only", 426)])
def test_a_server_that_does_not_like_get_is_no_failure(person: Person, manner: str, status: int) -> None:
    with Namespace() as stage:
        server = _polite(stage, manner)
        answer = stage.check(f"http://127.0.0.1:{server.port}/", person=person)
    expect_warning(answer, "http-client-error", "probe", server.port, person)
    assert answer.status == 0, answer
    assert str(status) in answer.verdict["summary"], answer


@setup
def _a_websocket_server(place: Place) -> str:
    return f"ws://127.0.0.1:{_polite(place.stage, 'websocket-only').port}/"


@setup
def _workers_that_share_one_socket(place: Place) -> str:
    return f"http://127.0.0.1:{_polite(place.stage, 'forked').port}/"


# Names and addresses.


@setup
def _localhost_in_both_families(place: Place) -> Asked:
    server = place.stage.listen(address="::", person=Person.OTHER)
    return _localhost(place, server)


@setup
def _localhost_where_the_server_is_on_ipv4(place: Place) -> Asked:
    return _localhost(place, place.stage.listen(address="127.0.0.1", person=Person.OTHER))


@setup
def _localhost_where_the_server_is_on_ipv6(place: Place) -> Asked:
    return _localhost(place, place.stage.listen(address="::1", person=Person.OTHER))


@setup
def _one_program_on_both_families(place: Place) -> Asked:
    """Two sockets, one process: as uvicorn and node do for several addresses."""
    port = place.stage.free_port()
    listen = f"listen 127.0.0.1:{port}; listen [::1]:{port}; location / {{ return 200 'hello'; }}"
    return _localhost(place, start_nginx(place.stage, place.folder, port, listen))


@setup
def _a_name_with_two_addresses_that_both_answer(place: Place) -> Asked:
    server = place.stage.listen(address="0.0.0.0", person=Person.OTHER)
    hosts = f"127.0.0.1 localhost\n127.0.0.1 shop.test\n{ADDRESS} shop.test\n"
    return Asked(f"http://shop.test:{server.port}/", through=with_hosts(place.folder, hosts, place.person))


@setup
def _another_loopback_address(place: Place) -> str:
    return f"http://127.0.0.2:{place.stage.listen(address='0.0.0.0', person=Person.OTHER).port}/"


@setup
def _an_address_on_the_network(place: Place) -> str:
    return f"http://{ADDRESS}:{place.stage.listen(address='0.0.0.0', person=Person.OTHER).port}/"


@setup
def _an_address_on_the_network_and_a_dual_stack_server(place: Place) -> str:
    return f"http://{ADDRESS}:{place.stage.listen(address='::', person=Person.OTHER).port}/"


@setup
def _the_address_that_a_server_prints(place: Place) -> str:
    """Many servers print http://0.0.0.0:8000; on Linux that leads to this machine."""
    return f"http://0.0.0.0:{place.stage.listen(address='0.0.0.0', person=Person.OTHER).port}/"


@setup
def _a_link_local_address_with_its_scope(place: Place) -> str:
    place.stage.run("ip", "addr", "add", "fe80::77/64", "dev", "lan0", "nodad")
    return f"http://[fe80::77%lan0]:{place.stage.listen(address='::', person=Person.OTHER).port}/"


@setup
def _an_ipv4_address_written_as_ipv6(place: Place) -> str:
    return f"http://127.0.0.1:{place.stage.listen(address='::ffff:127.0.0.1', person=Person.OTHER).port}/"


@setup
def _a_server_bound_to_loopback(place: Place) -> str:
    return f"http://127.0.0.1:{place.stage.listen('--device=lo', address='0.0.0.0').port}/"


@setup
def _other_servers_on_the_same_port_of_other_addresses_of_one_program(place: Place) -> str:
    port = place.stage.free_port()
    listen = f"listen 127.0.0.1:{port}; listen 127.0.0.2:{port}; location / {{ return 200 'hello'; }}"
    start_nginx(place.stage, place.folder, port, listen)
    return f"http://127.0.0.2:{port}/"


@setup
def _a_bare_port(place: Place) -> str:
    return str(place.stage.listen(address="::", person=Person.OTHER).port)


@setup
def _a_low_port(place: Place) -> str:
    place.stage.listen(port=80)
    return "http://127.0.0.1"


# Other protocols, asked by address and port alone.


@setup
def _redis(place: Place) -> str:
    port = place.stage.free_port()
    settings = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(place.folder))
    place.stage.serve(port, "redis-server", "--port", str(port), *settings)
    return f"127.0.0.1:{port}"


@setup
def _redis_with_a_password(place: Place) -> str:
    settings = ("--bind", "127.0.0.1", "--save", "", "--dir", str(place.folder), "--requirepass", "secret")
    place.stage.serve(6379, "redis-server", *settings)
    return "redis://127.0.0.1"


@setup
def _postgresql(place: Place) -> str:
    port = place.stage.free_port()
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    place.folder.chmod(0o777)  # postgres wants to run as a user with a name, who is not root
    data = place.folder / "data"
    place.stage.run(
        str(programs / "initdb"), "--no-sync", "--auth=trust", "--username=shop", "-D", str(data), person=Person.NOBODY
    )
    quiet = ("-c", "fsync=off", "-c", f"unix_socket_directories={place.folder}", "-c", "listen_addresses=127.0.0.1")
    place.stage.serve(port, str(programs / "postgres"), "-D", str(data), "-p", str(port), *quiet, person=Person.NOBODY)
    return f"127.0.0.1:{port}"


@setup
def _memcached(place: Place) -> str:
    port = place.stage.free_port()
    place.stage.serve(port, "memcached", "-l", "127.0.0.1", "-p", str(port), "-u", "nobody")
    return f"127.0.0.1:{port}"


@setup
def _sshd(place: Place) -> str:
    port = place.stage.free_port()
    key = place.folder / "host_key"
    place.stage.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    options = ("-o", f"ListenAddress=127.0.0.1:{port}", "-o", "PidFile=none", "-h", str(key))
    run = f"mount -t tmpfs run /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f /dev/null {shlex.join(options)}"
    place.stage.serve(port, "unshare", "--mount", "sh", "-c", run)
    return f"127.0.0.1:{port}"


@setup
def _a_mail_server(place: Place) -> str:
    server = place.stage.listen("--do=banner", "--text=220 mail.shop.test ESMTP Postfix", person=Person.OTHER)
    return f"127.0.0.1:{server.port}"


@setup
def _https_with_a_certificate_that_is_trusted(place: Place) -> Asked:
    port, pair = serve_tls(place.stage, place.folder)
    return Asked(f"https://127.0.0.1:{port}/", trusting(pair))


@setup
def _https_with_a_certificate_for_all_names_of_a_domain(place: Place) -> Asked:
    port, pair = serve_tls(place.stage, place.folder, names="DNS:*.shop.test")
    hosts = with_hosts(place.folder, "127.0.0.1 localhost\n127.0.0.1 www.shop.test\n", place.person)
    return Asked(f"https://www.shop.test:{port}/", trusting(pair), hosts)


@setup
def _https_asked_by_bare_port(place: Place) -> Asked:
    port, pair = serve_tls(place.stage, place.folder)
    return Asked(f"127.0.0.1:{port}", trusting(pair))


@setup
def _https_by_openssl(place: Place) -> Asked:
    pair = make_certificate(place.folder)
    port = place.stage.free_port()
    options = ("-accept", f"127.0.0.1:{port}", "-cert", str(pair.certificate), "-key", str(pair.key), "-www")
    place.stage.serve(port, "openssl", "s_server", *options)
    return Asked(f"https://localhost:{port}/", trusting(pair), _with_localhost(place))


@setup
def _a_unix_socket_beside_the_port(place: Place) -> str:
    port = place.stage.free_port()
    listen = f"listen 127.0.0.1:{port}; listen unix:{place.folder}/shop.sock; location / {{ return 200 'hello'; }}"
    start_nginx(place.stage, place.folder, port, listen)
    return f"http://127.0.0.1:{port}/"


# Servers as they are.


@setup
def _nginx_with_workers(place: Place) -> str:
    port = place.stage.free_port()
    _nginx(place, port, f"listen 127.0.0.1:{port};", workers=4)
    return f"http://127.0.0.1:{port}/"


@setup
def _nginx_whose_workers_have_sockets_of_their_own(place: Place) -> str:
    """SO_REUSEPORT: several sockets on one address, all of one master."""
    port = place.stage.free_port()
    _nginx(place, port, f"listen 127.0.0.1:{port} reuseport;", workers=4)
    return f"http://127.0.0.1:{port}/"


@setup
def _a_busy_server_with_2000_connections(place: Place) -> str:
    port = place.stage.free_port()
    _nginx(place, port, f"listen 127.0.0.1:{port} backlog=4096;", workers=1)
    place.stage.crowd(port, 2000)
    place.stage.accepted(port, 2000)
    return f"http://127.0.0.1:{port}/"


@setup
def _node(place: Place) -> Asked:
    port = place.stage.free_port()
    script = f"require('http').createServer((q, a) => a.end('hello')).listen({port}, 'localhost')"
    return _localhost(place, place.stage.serve(port, "node", "-e", script, person=Person.OTHER))


@setup
def _node_on_every_address(place: Place) -> str:
    port = place.stage.free_port()
    script = f"require('http').createServer((q, a) => a.end('hello')).listen({port})"
    place.stage.serve(port, "node", "-e", script, person=Person.OTHER)
    return f"http://127.0.0.1:{port}/"


@setup
def _python_with_one_thread(place: Place) -> str:
    port = place.stage.free_port()
    script = "from http.server import *; import sys; HTTPServer(('127.0.0.1', int(sys.argv[1])), type('H', "
    script += (
        "(BaseHTTPRequestHandler,), {'do_GET': lambda h: (h.send_response(200), h.end_headers())})).serve_forever()"
    )
    place.stage.serve(port, sys.executable, "-c", script, str(port), person=Person.OTHER)
    return f"http://127.0.0.1:{port}/"


@setup
def _a_forwarder_that_works(place: Place) -> str:
    """What docker-proxy and ssh -L are: a program that takes the connection and opens another one."""
    server = place.stage.listen(address=ADDRESS, person=Person.OTHER)
    port = place.stage.free_port()
    listen = f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr"
    place.stage.serve(port, "socat", listen, f"TCP:{ADDRESS}:{server.port}")
    return f"http://127.0.0.1:{port}/"


@setup
def _a_reverse_proxy_that_works(place: Place) -> str:
    behind = place.stage.listen(person=Person.OTHER)
    port = place.stage.free_port()
    server = f"listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{behind.port}; }}"
    start_nginx(place.stage, place.folder, port, server)
    return f"http://127.0.0.1:{port}/"


@setup
def _a_server_started_by_its_first_connection(place: Place) -> str:
    """Socket activation: systemd's helper listens, and the service takes over the socket."""
    port = place.stage.free_port()
    script = """
import socket
server = socket.socket(fileno=3)
while True:
    connection, _ = server.accept()
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
    connection.close()
"""
    python = (sys.executable, "-I", "-S", "-c", script)
    place.stage.serve(port, "systemd-socket-activate", "-l", f"127.0.0.1:{port}", *python)
    return f"http://127.0.0.1:{port}/"


@setup
def _a_server_that_was_paused_and_goes_on(place: Place) -> str:
    server = place.stage.listen(port=place.stage.free_port(), person=Person.OTHER)
    server.pause()
    server.resume()
    return f"http://127.0.0.1:{server.port}/"


# What goes on beside.


@setup
def _a_crowd_of_connections_that_have_ended(place: Place) -> str:
    """The client ended them, so TIME_WAIT stands on its side, with our port as the peer."""
    server = place.stage.listen(person=Person.OTHER)
    _ends(place, server, first="client")
    return f"http://127.0.0.1:{server.port}/"


@setup
def _a_crowd_of_connections_that_the_server_has_ended(place: Place) -> str:
    server = _polite(place.stage, "connection-close")
    _ends(place, server, first="server")
    return f"http://127.0.0.1:{server.port}/"


@setup
def _hundreds_of_other_listeners(place: Place) -> str:
    script = (
        "import socket, threading; all = [socket.create_server(('127.0.0.1', 0)) for _ in range(600)]; print('up', "
    )
    process = place.stage.popen(sys.executable, "-I", "-S", "-c", f"{script}flush=True); threading.Event().wait()")
    assert process.stdout is not None
    assert process.stdout.readline()
    return f"http://127.0.0.1:{place.stage.listen(person=Person.OTHER).port}/"


@setup
def _a_udp_server_on_the_same_port(place: Place) -> str:
    server = place.stage.listen(person=Person.OTHER)
    place.stage.listen("--do=udp", port=server.port)
    return f"http://127.0.0.1:{server.port}/"


@setup
def _the_same_port_in_a_container(place: Place) -> str:
    server = place.stage.listen(person=Person.OTHER)
    inside = place.stage.popen("unshare", "--net", "sh", "-c", f"ip link set lo up && {_python_server(server.port)}")
    assert inside.stdout is not None
    assert inside.stdout.readline()
    return f"http://127.0.0.1:{server.port}/"


# Firewalls that have nothing to do with it.


@setup
def _rules_for_other_ports(place: Place) -> str:
    place.stage.filter("input", "tcp dport { 22, 3389 } drop", "udp dport 53 reject", "ip saddr 10.99.0.0/16 drop")
    return f"http://127.0.0.1:{place.stage.listen(person=Person.OTHER).port}/"


@setup
def _a_firewall_that_drops_all_but_loopback(place: Place) -> str:
    place.stage.filter("input", "iif lo accept", "ct state established,related accept", policy="drop")
    return f"http://127.0.0.1:{place.stage.listen(person=Person.OTHER).port}/"


@setup
def _a_firewall_that_accepts_just_this_port(place: Place) -> str:
    server = place.stage.listen(person=Person.OTHER)
    known = "ct state established,related accept"
    place.stage.filter("input", known, f"tcp dport {server.port} accept", policy="drop")
    return f"http://127.0.0.1:{server.port}/"


@setup
def _a_rate_limit_that_is_not_reached(place: Place) -> str:
    server = place.stage.listen(person=Person.OTHER)
    place.stage.filter("input", f"tcp dport {server.port} ct state new limit rate over 50/second burst 50 packets drop")
    return f"http://127.0.0.1:{server.port}/"


@setup
def _rules_of_iptables(place: Place) -> str:
    place.stage.run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", "23", "-j", "REJECT")
    return f"http://127.0.0.1:{place.stage.listen(person=Person.OTHER).port}/"


@setup
def _masquerading_for_somebody_else(place: Place) -> str:
    place.stage.nft(
        "table ip nat { chain post { type nat hook postrouting priority 100; ip saddr 172.17.0.0/16 masquerade\n}\n"
        "chain pre { type nat hook prerouting priority -100; iif lan1 tcp dport 81 redirect to :82\n}\n}"
    )
    return f"http://127.0.0.1:{place.stage.listen(address='0.0.0.0', person=Person.OTHER).port}/"


@setup
def _a_redirect_that_leads_to_the_server(place: Place) -> str:
    """Port 80 is sent to where the application listens, for local clients too: how it should be done."""
    server = place.stage.listen(person=Person.OTHER)
    place.stage.nft(
        f"table ip n {{ chain o {{ type nat hook output priority -100; tcp dport 80 redirect to :{server.port}\n}}\n}}"
    )
    return "http://127.0.0.1/"


@setup
def _connections_are_tracked(place: Place) -> str:
    place.stage.filter("input", "ct state invalid drop", "ct state new counter accept")
    server = place.stage.listen(person=Person.OTHER)
    place.stage.crowd(server.port, 20)
    return f"http://127.0.0.1:{server.port}/"


@setup
def _ufw_is_installed_and_off(place: Place) -> Asked:
    files = {"ufw/ufw.conf": "ENABLED=no\nLOGLEVEL=low\n", "default/ufw": 'DEFAULT_INPUT_POLICY="DROP"\n'}
    program = place.folder / "bin/ufw"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'ERROR: You need to be root to run this script' >&2\nexit 1\n")
    program.chmod(0o755)
    path = f"{program.parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    server = place.stage.listen(person=Person.OTHER)
    through = with_overlay(place.folder, "/etc", files, place.person)
    return Asked(f"http://127.0.0.1:{server.port}/", {"PATH": path}, through)


# Proxies of the environment.


@setup
def _a_dead_proxy_that_is_not_for_this_machine(place: Place) -> Asked:
    server = place.stage.listen(person=Person.OTHER)
    proxy = f"http://127.0.0.1:{place.stage.free_port()}"
    spared = {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": "localhost,127.0.0.1,::1"}
    return Asked(f"http://127.0.0.1:{server.port}/", spared)


@setup
def _a_dead_proxy_for_another_scheme(place: Place) -> Asked:
    server = place.stage.listen(person=Person.OTHER)
    return Asked(f"http://127.0.0.1:{server.port}/", {"https_proxy": f"http://127.0.0.1:{place.stage.free_port()}"})


@setup
def _a_proxy_that_works(place: Place) -> Asked:
    server = place.stage.listen(person=Person.OTHER)
    port = place.stage.free_port()
    proxy = f"listen 127.0.0.1:{port}; location / {{ proxy_pass http://$http_host$request_uri; }}"
    start_nginx(place.stage, place.folder, port, proxy)
    return Asked(f"http://127.0.0.1:{server.port}/", {"http_proxy": f"http://127.0.0.1:{port}"})


# A server that wants to start.


def test_a_free_port_can_be_bound(person: Person) -> None:
    with Namespace() as stage:
        answer = stage.check(f"127.0.0.1:{stage.free_port()}", "--bind", person=person)
    expect_healthy(answer, person)
    assert answer.steps["bind"] == "pass", answer


def test_porttui_leaves_the_port_free(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        stage.check(f"0.0.0.0:{port}", "--bind", person=person)
        assert stage.listen("--no-reuse", address="0.0.0.0", port=port).port == port


@pytest.mark.parametrize("beside", ["udp", "other address", "other family", "neighbour"])
def test_what_stands_beside_a_port_does_not_take_it(person: Person, beside: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        if beside == "udp":
            stage.listen("--do=udp", port=port)
        elif beside == "other address":
            stage.listen(address="127.0.0.2", port=port, person=Person.OTHER)
        elif beside == "other family":
            stage.listen(address="::1", port=port, person=Person.OTHER)
        else:
            stage.listen(port=port + 1, person=Person.OTHER)
        answer = stage.check(f"127.0.0.1:{port}", "--bind", person=person)
    expect_healthy(answer, person)
    assert not answer.report["also"], answer


# What the set-ups are made of.


def _polite(stage: Namespace, manner: str, port: int = 0) -> Server:
    process = stage.popen(sys.executable, "-I", "-S", polite.__file__, manner, str(port), person=Person.OTHER)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return Server(process, int(line))


def _python_server(port: int) -> str:
    return shlex.join((sys.executable, "-I", "-S", polite.__file__, "chunked", str(port)))


def _with_localhost(place: Place) -> tuple[str, ...]:
    return with_hosts(place.folder, "127.0.0.1 localhost\n::1 localhost\n", place.person)


def _localhost(place: Place, server: Server) -> Asked:
    """Ask for localhost on a machine where that has two addresses."""
    return Asked(f"http://localhost:{server.port}/", through=_with_localhost(place))


def _nginx(place: Place, port: int, listen: str, workers: int) -> Server:
    settings = place.folder / "nginx.conf"
    folder = place.folder
    settings.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; worker_processes {workers}; worker_rlimit_nofile 8192;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; client_body_temp_path {folder}/a;\n"
        f"proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d;\n"
        f"scgi_temp_path {folder}/e; server {{ {listen} location / {{ return 200 'hello'; }} }}\n}}\n"
    )
    return place.stage.serve(port, "nginx", "-p", str(folder), "-e", "stderr", "-c", str(settings))


def _ends(place: Place, server: Server, first: str) -> None:
    """Let 500 connections end, the client or the server first; they stay in TIME_WAIT for a minute."""
    script = f"""
import socket
for _ in range(500):
    with socket.create_connection(("127.0.0.1", {server.port})) as one:
        one.sendall(b"GET / HTTP/1.1\\r\\nHost: shop\\r\\n\\r\\n")
        while {first == "server"} and one.recv(4096):
            pass
        one.recv(4096)
"""
    place.stage.run(sys.executable, "-I", "-S", "-c", script)
    wait_until(lambda: place.stage.count("06", server.port) >= 490, "connections in TIME_WAIT")
