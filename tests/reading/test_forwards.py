"""Where a command line leads: the forms that people write, and whatever else a command line may hold."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porttui.reading.forwarders import may_forward
from porttui.reading.forwards import forwards, leading_from, ports, told

_DOCKER = "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2"


@pytest.mark.parametrize(
    ("line", "port", "expected"),
    [
        (f"{_DOCKER} -container-port 80", 8080, "leads to 172.17.0.2:80"),
        (f"{_DOCKER} -container-port=80 -use-listen-fd", 8080, "leads to 172.17.0.2:80"),
        ("docker-proxy --host-port=53 --container-ip=fd00::2 --container-port=53", 53, "leads to [fd00::2]:53"),
        ("ssh -L 8080:127.0.0.1:9999 bastion", 8080, "leads to 127.0.0.1:9999 as bastion sees it"),
        ("ssh -fNTL 8080:db:5432 me@bastion", 8080, "leads to db:5432 as bastion sees it"),
        ("ssh -NL8080:db:5432 ssh://me@bastion:2222", 8080, "leads to db:5432 as bastion sees it"),
        ("ssh bastion -p 22 -L *:8080:[::1]:443", 8080, "leads to [::1]:443 as bastion sees it"),
        ("ssh -L [::1]:8080:db:443 bastion", 8080, "leads to db:443 as bastion sees it"),
        ("ssh -L :8080:db:443 bastion", 8080, "leads to db:443 as bastion sees it"),
        ("ssh -L 8080/db/443 bastion", 8080, "leads to db:443 as bastion sees it"),
        ("ssh -L 8080:/run/app.sock bastion", 8080, "leads to /run/app.sock as bastion sees it"),
        ("ssh -L localhost:8080:/run/app.sock bastion", 8080, "leads to /run/app.sock as bastion sees it"),
        ("ssh -o 'LocalForward=8080 db:5432' bastion", 8080, "leads to db:5432 as bastion sees it"),
        ("ssh -oLocalForward=127.0.0.1:8080\\ db:5432 bastion", 8080, "leads to db:5432 as bastion sees it"),
        ("ssh -D 1080 bastion", 1080, "SOCKS proxy through bastion"),
        ("ssh -D localhost:1080 bastion", 1080, "SOCKS proxy through bastion"),
        ("ssh bastion", 8080, "leads elsewhere, by its own settings"),
        ("autossh -M 0 -N -L 8080:db:5432 bastion", 8080, "leads to db:5432 as bastion sees it"),
        ("'ssh: /home/ana/.ssh/ctl [mux]'", 8080, "leads elsewhere, by its own settings"),
        ("'sshd: ana@pts/0'", 8080, "leads to where ana logged in from, by ssh -R"),
        ("'sshd-session: ana@notty'", 8080, "leads to where ana logged in from, by ssh -R"),
        ("kubectl port-forward svc/web 8080:80", 8080, "leads to port 80 of svc/web"),
        ("kubectl -n shop port-forward web-7d9 8080", 8080, "leads to port 8080 of pod/web-7d9"),
        ("kubectl port-forward deploy/web :80 --address 0.0.0.0", 40123, "leads to port 80 of deploy/web"),
        ("socat -d -d TCP-LISTEN:8080,fork,reuseaddr TCP:db:5432", 8080, "leads to db:5432"),
        ("socat TCP4-L:8080,bind=127.0.0.1 TCP6:[::1]:90", 8080, "leads to [::1]:90"),
        ("socat -t 5 UNIX-CONNECT:/run/app.sock TCP-LISTEN:8080", 8080, "leads to /run/app.sock"),
        ("systemd-socket-activate -al 8080 /usr/bin/app -l 9", 8080, "starts /usr/bin/app -l 9 at a connection"),
        ("/lib/systemd/systemd-socket-proxyd 127.0.0.1:9000", 8080, "leads to 127.0.0.1:9000"),
        ("systemd-socket-proxyd /run/app.sock", 8080, "leads to /run/app.sock"),
        ("/home/ana/.vscode-server/bin/node server.js", 8080, "leads to the machine that the editor works on"),
    ],
)  # fmt: skip
def test_where_a_command_line_leads(line: str, port: int, expected: str) -> None:
    forward = leading_from(shlex.split(line), port)
    assert forward is not None
    assert told(forward) == expected


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("node server.js -L 8080:db:80", 8080),
        ("'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'", 22),
        ("'sshd: ana [priv]'", 22),
        ("sshd -D -p 22", 22),
        ("socat TCP:db:5432 TCP:db:5433", 5432),
        ("socat UDP-LISTEN:53 TCP:db:53", 53),
        ("docker-proxy -proto udp -host-port 53 -container-ip 172.17.0.2 -container-port 53", 53),
        ("kubectl get pods", 8080),
        ("docker-proxy", 8080),
        ("", 8080),
    ],
)
def test_who_leads_nowhere(line: str, port: int) -> None:
    assert leading_from(shlex.split(line), port) is None


def test_a_name_within_another_makes_no_forwarder() -> None:
    argv = ("/home/ssh/server/node", "/srv/socat/oc/tunnel.js", "docker-proxy")
    assert not may_forward(argv)
    assert forwards(argv) == ()
    assert may_forward(("/usr/bin/ssh", "bastion"))


def test_the_ports_that_a_forwarder_listens_on() -> None:
    assert ports(shlex.split("ssh -L 1080:a:2 -D 1081 -R 1082:b:3 -p 2222 bastion")) == frozenset({1080, 1081})
    assert ports(shlex.split("kubectl port-forward web 8080:80 90")) == frozenset({8080, 90})
    assert ports(shlex.split(f"{_DOCKER} -container-port 80")) == frozenset({8080})
    assert ports(["node", "server.js", "--port", "80"]) is None


def test_the_first_word_of_the_remote_command_ends_the_options() -> None:
    assert [each.port for each in forwards(shlex.split("ssh -L 1080:a:2 bastion run -L 1081:a:2"))] == [1080]


_PROGRAMS = st.sampled_from(
    ["ssh", "autossh", "docker-proxy", "socat", "kubectl", "systemd-socket-activate", "systemd-socket-proxyd", "sshd:"]
)
_WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["-L", "-R", "-D", "-o", "-p", "-l", "--", "-", "-container-port", "port-forward", "-M", "[", "-N"]
    ),
    st.from_regex(r"-?[LDRol]?[\[\]:*/a-z0-9 =,]{0,30}", fullmatch=True),
    st.from_regex(r"(TCP-LISTEN|TCP|UNIX|EXEC)[:,=\[\]0-9a-z]{0,20}", fullmatch=True),
)


@given(_PROGRAMS, st.lists(_WORDS, max_size=12), st.integers(1, 65535))
def test_whatever_it_holds_it_is_read(program: str, words: list[str], port: int) -> None:
    argv = (program, *words)
    for forward in forwards(argv):
        assert forward.port is None or 0 < forward.port < 65536
        assert forward.host_port is None or 0 < forward.host_port < 65536
        assert told(forward)
    ports(argv)
    found = leading_from(argv, port)
    assert found is None or found.port in {port, None}


def test_a_very_long_word_is_read_in_no_time() -> None:
    for word in ("[" * 60_000, ":" * 60_000, "a/" * 30_000, "-L" * 30_000):
        forwards(("ssh", "-L", word, "bastion"))
        forwards(("ssh", word))
        forwards(("socat", word, "TCP-LISTEN:" + word))
