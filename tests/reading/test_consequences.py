from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from porttui.model.facts import Ancestor, Facts, Privileges, Process, Socket, Unseen
from porttui.model.report import Risk
from porttui.reading import kin
from porttui.reading.consequences import Act, Consequences, connected, consequences
from tests.worlds import AT, listener, node, sockets, world

STARTED = AT - dt.timedelta(minutes=4)
SYSTEMD = Ancestor(pid=1, name="systemd", argv=("/sbin/init",))
SSHD = Ancestor(pid=812, name="sshd", argv=("sshd: dev@pts/2",))
BASH = Ancestor(pid=3301, name="bash", argv=("-bash",))
NPM = Ancestor(pid=4102, name="npm run dev", argv=("npm run dev",))
SH_C = Ancestor(pid=4110, name="sh", argv=("sh", "-c", "vite"))
TYPED = (SYSTEMD, SSHD, BASH)
ENDING = pytest.mark.parametrize("act", [Act.STOP, Act.KILL])


def program(*ancestors: Ancestor, **fields: Any) -> Process:
    return node(**{"ancestors": ancestors or TYPED, "started": STARTED, "terminal": "pts/2", **fields})


def service(**fields: Any) -> Process:
    given_fields = {"name": "python3", "argv": ("python3", "app.py"), "terminal": None, "unit": "app.service"}
    return program(SYSTEMD, **{"manager": "system", "main_pid": 4121, **given_fields, **fields})


def connection(peer: str = "127.0.0.1", number: int = 0, **fields: Any) -> Socket:
    given_fields = {"address": "127.0.0.1", "port": 8080, "peer": peer, "peer_port": 40000 + number, "pids": (4121,)}
    return Socket(protocol="tcp", state="ESTABLISHED", **{**given_fields, **fields})


def about(process: Process, act: Act, *rows: Socket, **fields: Any) -> Consequences:
    facts: Facts = world(sockets=sockets(*(rows or (listener(),))), **{"processes": (process,), "root": True, **fields})
    return consequences(facts, process, act)


def test_the_server_of_a_newcomer_is_stopped() -> None:
    told = about(
        program(*TYPED, NPM, SH_C, argv=("node", "/home/dev/shop/node_modules/.bin/vite")),
        Act.STOP,
        listener(),
        connection(number=1),
        connection(number=2),
        connection("127.0.0.1", number=3, port=9999),
        root=False,
    )
    assert told.refused is None
    assert (told.signal, told.risk) == ("SIGTERM", Risk.DISRUPTS)
    assert told.sends == 'SIGTERM, "please end"; the program may save its work first'
    assert told.lose == "the only server on 127.0.0.1:8080, and 2 connections, both from devbox"
    assert told.also == "npm run dev, pid 4102, started it and will probably end with it"
    assert (told.comes_back, told.returns) == ("not by itself; to start it, in pts/2:  npm run dev", False)
    assert told.start == ("npm", "run", "dev")
    assert (told.rather, told.doubt) == ("", "")
    assert (told.pid, told.started) == (4121, STARTED)


def test_a_paused_service_with_a_full_queue() -> None:
    rows = [connection("10.20.0.5", number, inode=0, pids=()) for number in range(118)]
    rows += [connection("10.20.0.6", 200 + number) for number in range(13)]
    process = service(state="T", restart="on-failure", restarts=0)
    full = listener("0.0.0.0", queue=129, backlog=128)
    told = about(process, Act.STOP, full, *rows)
    assert told.lose == ("the only server on 0.0.0.0:8080, and 131 connections: 118 from 10.20.0.5, 13 from 10.20.0.6")
    assert told.short == "a paused program ends only after it is resumed. 131 connections cut."
    assert told.comes_back == (
        "not by itself: for systemd this is a clean end (Restart=on-failure). To start it:  systemctl start app.service"
    )
    assert told.rather == "resume: it removes the cause, and the 129 that wait are served"
    assert told.rather_act is Act.RESUME
    killed = about(process, Act.KILL, full, *rows)
    assert (killed.returns, killed.risk) == (True, Risk.DESTROYS)
    assert killed.short == "ends at once, saves nothing. 131 connections cut. systemd starts it again."
    resumed = about(process, Act.RESUME, full, *rows)
    assert (resumed.lose, resumed.comes_back, resumed.risk) == ("nothing", "", Risk.SAFE)


@pytest.mark.parametrize(
    ("policy", "after_stop", "after_kill"),
    [
        ("no", False, False),
        ("on-success", True, False),
        ("on-failure", False, True),
        ("on-abnormal", False, True),
        ("on-abort", False, True),
        ("on-watchdog", False, False),
        ("always", True, True),
        (None, None, None),
    ],
)
def test_systemd_decides_by_the_way_in_which_it_ends(
    policy: str | None, after_stop: bool | None, after_kill: bool | None
) -> None:
    process = service(restart=policy)
    assert about(process, Act.STOP).returns is after_stop
    assert about(process, Act.KILL).returns is after_kill
    assert about(process, Act.STOP).start == ("systemctl", "start", "app.service")


def test_java_ends_with_an_error_code_on_sigterm() -> None:
    assert about(service(name="java", restart="on-failure"), Act.STOP).returns is None


@ENDING
def test_a_service_that_comes_back_is_better_stopped_as_a_service(act: Act) -> None:
    process = service(restart="always", uid=1000)
    told = about(process, act, root=False)
    assert told.rather_argv == ("sudo", "systemctl", "stop", "app.service")
    of_user = replace(process, manager="user")
    assert about(of_user, act, root=False).rather_argv == ("systemctl", "--user", "stop", "app.service")


def test_a_process_beside_the_main_one_is_not_judged_by_the_units_policy() -> None:
    told = about(service(main_pid=700, restart="always"), Act.STOP)
    assert (told.returns, told.rather_argv) == (None, ())
    assert "pid 700 is the main process of app.service" in told.comes_back


@ENDING
def test_what_was_typed_over_ssh_is_not_the_service_of_sshd(act: Act) -> None:
    told = about(program(unit="ssh.service", manager="system"), act)
    assert not any("ssh.service" in part for part in (told.comes_back, told.rather, *told.rather_argv))
    assert told.returns is False


def test_a_socket_of_systemd_starts_it_for_the_next_client() -> None:
    told = about(service(restart="no"), Act.KILL, listener(pids=(1, 4121)))
    assert (told.returns, told.lose) == (True, "the only server on 127.0.0.1:8080; nobody is connected")


@pytest.mark.parametrize(
    ("policy", "after_stop", "after_kill"),
    [
        ("no", False, False),
        ("always", True, True),
        ("unless-stopped", True, True),
        ("on-failure:3", None, True),
        (None, None, None),
    ],
)
def test_docker_decides_by_the_exit_code(policy: str | None, after_stop: bool | None, after_kill: bool | None) -> None:
    process = service(unit="docker.service", container="0123456789ab", restart=policy)
    assert about(process, Act.STOP).returns is after_stop
    told = about(process, Act.KILL)
    assert told.returns is after_kill
    assert told.rather_argv == ("docker", "stop", "0123456789ab")
    if policy is None:
        assert "not known" in told.comes_back


def test_other_engines_have_their_own_commands() -> None:
    by_podman = about(service(container="0123456789ab", engine="podman", restart="always"), Act.STOP)
    assert (by_podman.returns, by_podman.rather_argv) == (True, ("podman", "stop", "0123456789ab"))
    assert "podman starts the container again" in by_podman.comes_back
    in_a_pod = about(service(container="0123456789ab", engine="containerd"), Act.STOP)
    assert (in_a_pod.returns, in_a_pod.rather_argv) == (None, ())
    assert "the kubelet starts it again" in in_a_pod.comes_back


@pytest.mark.parametrize(
    ("ancestor", "after_stop", "after_kill", "by"),
    [
        (Ancestor(pid=70, name="supervisord", argv=("/usr/bin/python3", "/usr/bin/supervisord")), None, True, "superv"),
        (
            Ancestor(pid=70, name="PM2 v5.3.0: God", argv=("PM2 v5.3.0: God Daemon (/home/dev/.pm2)",)),
            True,
            True,
            "pm2",
        ),
        (Ancestor(pid=70, name="runsv", argv=("runsv", "app")), True, True, "runsv"),
        (Ancestor(pid=70, name="node", argv=("node", "/usr/bin/nodemon", "app.js")), None, None, "nodemon"),
        (
            Ancestor(pid=70, name="uvicorn", argv=("/venv/bin/python", "/venv/bin/uvicorn", "--reload")),
            None,
            None,
            "uv",
        ),
        (Ancestor(pid=70, name="bash", argv=("bash", "./forever.sh")), None, None, "bash, pid 70"),
        (Ancestor(pid=70, name="python3", argv=("python3", "runner.py")), None, None, "python3, pid 70"),
    ],
    ids=lambda value: value.name if isinstance(value, Ancestor) else "",
)
def test_who_brings_it_back_is_known_by_the_ancestors(
    ancestor: Ancestor, after_stop: bool | None, after_kill: bool | None, by: str
) -> None:
    process = program(SYSTEMD, ancestor)
    stopped, killed = about(process, Act.STOP), about(process, Act.KILL)
    assert (stopped.returns, killed.returns) == (after_stop, after_kill)
    assert by in stopped.comes_back
    assert not stopped.comes_back.startswith("not by itself")


@ENDING
def test_the_master_replaces_a_worker(act: Act) -> None:
    master = Ancestor(pid=70, name="gunicorn", argv=("gunicorn: master [app]",))
    worker = service(name="gunicorn", argv=("gunicorn: worker [app]",), main_pid=70, restart="no", ancestors=(master,))
    told = about(worker, act, listener(pids=(70, 4121, 4122)))
    assert told.returns is True
    assert "gunicorn, pid 70, starts another worker" in told.comes_back
    assert told.lose == "one of 3 processes that serve 127.0.0.1:8080; the others keep the port"


def test_the_workers_of_a_master_end_with_it_or_stay() -> None:
    master = service(name="nginx", argv=("nginx: master process nginx",), restart="no")
    above = (SYSTEMD, Ancestor(pid=4121, name="nginx"))
    workers = tuple(node(pid, name="nginx", ancestors=above) for pid in (4122, 4123))
    held = listener(pids=(4121, 4122, 4123))
    theirs = (connection(pids=(4122,)), connection("10.0.0.7", 1, pids=(4123,)))
    stopped = about(master, Act.STOP, held, *theirs, processes=(master, *workers))
    assert stopped.also == "2 processes below it (pid 4122, 4123) end with it"
    assert stopped.lose == "the only server on 127.0.0.1:8080, and 2 connections: 1 from devbox, 1 from 10.0.0.7"
    facts = world(sockets=sockets(held, *theirs), processes=(master, *workers))
    assert connected(facts, master) == "2: 1 from devbox, 1 from 10.0.0.7"
    killed = about(master, Act.KILL, held, *theirs, processes=(master, *workers))
    assert killed.also == "2 processes below it (pid 4122, 4123) may stay and keep the port"


def test_who_is_connected_on_other_ports_is_not_said_to_be_nobody() -> None:
    rows = (listener(), listener(port=9999))
    assert about(program(), Act.STOP, *rows).lose.endswith("connected on its other ports, which was not looked at")
    facts = world(sockets=sockets(*rows), processes=(program(),))
    assert consequences(facts, program(), Act.STOP, whole=True).lose.endswith("; nobody is connected")


def test_launchd() -> None:
    launchd = Ancestor(pid=1, name="launchd")
    told = about(program(launchd, terminal=None), Act.STOP, os="macos")
    assert told.returns is None
    assert "KeepAlive" in told.comes_back


def test_windows_knows_no_way_to_ask() -> None:
    told = about(program(uid=None, user="DESKTOP\\dev", ancestors=()), Act.STOP, os="windows", root=False)
    assert (told.refused, told.signal, told.risk) == (None, "TerminateProcess", Risk.DESTROYS)
    assert told.sends == "TerminateProcess: it ends at once and saves nothing"


OWN = (9000, 3301, 812, 1)


@pytest.mark.parametrize("act", [Act.STOP, Act.PAUSE, Act.KILL])
@pytest.mark.parametrize(
    ("process", "why"),
    [
        (program(pid=9000), "porttui itself"),
        (program(pid=3301, name="python3"), "porttui runs under it"),
        (program(pid=812, name="sshd", argv=("sshd: dev@pts/2",)), "porttui runs under it"),
        (program(pid=1, name="systemd"), "first process"),
        (program(pid=55, name="sshd", argv=("sshd: /usr/sbin/sshd -D [listener]",)), "how people log in"),
        (program(pid=55, name="sshd-session"), "how people log in"),
        (program(pid=55, name="tmux: server", argv=("tmux",)), "holds the terminals"),
        (program(pid=55, name="screen", argv=("SCREEN", "-S", "work")), "holds the terminals"),
        (program(pid=55, name="bash", argv=("-bash",)), "types into"),
        (program(pid=55, name="zsh", argv=("/usr/bin/zsh", "-il")), "types into"),
        (program(pid=55, name="bash", argv=("bash", "--rcfile", "/tmp/rc", "--noprofile")), "types into"),
        (program(Ancestor(pid=2, name="kthreadd"), pid=55, name="nfsd", argv=()), "thread of the kernel"),
        (program(pid=55, name="systemd", argv=("/lib/systemd/systemd", "--user")), "runs the services"),
    ],
    ids=lambda value: value.name if isinstance(value, Process) else "",
)
def test_what_carries_the_session_is_refused(process: Process, why: str, act: Act) -> None:
    told = about(process, act, own=OWN)
    assert told.refused is not None
    assert why in told.refused


def test_what_is_paused_may_always_be_resumed() -> None:
    assert about(program(pid=812, name="sshd", state="T"), Act.RESUME, own=OWN).refused is None


@pytest.mark.parametrize(
    "argv", [("bash", "serve.sh"), ("sh", "-c", "while true; do nc -l 8080; done"), ("bash", "-ec", "nc -l 8080")]
)
def test_a_script_is_no_shell_of_the_user(argv: tuple[str, ...]) -> None:
    assert about(program(pid=55, name=argv[0], argv=argv), Act.STOP, own=OWN).refused is None


def test_another_users_process_takes_root() -> None:
    process = program(SYSTEMD, uid=33, user="www-data", terminal=None)
    told = about(process, Act.STOP, root=False)
    assert told.refused == "it belongs to user www-data, and dev may not signal it"
    assert told.instead == ("sudo", "kill", "4121")
    assert about(process, Act.KILL, root=False).instead == ("sudo", "kill", "-KILL", "4121")
    as_service = replace(process, unit="app.service", manager="system")
    assert about(as_service, Act.STOP, root=False).instead == ("sudo", "systemctl", "stop", "app.service")
    able = Privileges(user="dev", uid=1000, capabilities=("kill",))
    assert about(process, Act.STOP, privileges=able).refused is None
    assert about(process, Act.STOP, root=True).refused is None


def test_one_whose_identity_cannot_be_checked_is_refused() -> None:
    told = about(program(started=None), Act.STOP)
    assert told.refused is not None
    assert "start time" in told.refused
    assert told.instead == ("kill", "4121")


def test_one_that_has_ended_already() -> None:
    told = about(program(state="Z"), Act.KILL)
    assert told.refused is not None
    assert "ended already" in told.refused


def test_an_owner_that_is_only_probable_is_doubted() -> None:
    told = about(program(), Act.STOP, listener(owner_by="command"))
    assert told.doubt == "it was not seen to hold 127.0.0.1:8080: its command line names the port"


def test_what_could_not_be_seen_is_not_called_nothing() -> None:
    blind = Unseen(what="socket tables", reason="needs root", how_to_see="lsof -i")
    process = program()
    told = consequences(world(sockets=blind, processes=(process,)), process, Act.STOP)
    assert "can't be seen" in told.lose
    assert told.connections is None


def test_pausing() -> None:
    told = about(program(), Act.PAUSE, listener(), connection())
    assert told.risk is Risk.DISRUPTS
    assert told.lose == (
        "nothing; but 127.0.0.1:8080 answers nobody until it is resumed. Waiting then: 1 connection, from devbox"
    )


def test_a_debugger_comes_first() -> None:
    told = about(program(state="t", tracer=77), Act.STOP)
    assert "pid 77" in told.rather


def test_kill_is_for_what_ignores_stop() -> None:
    assert about(program(), Act.KILL).rather_act is Act.STOP


def test_a_published_port_belongs_to_a_container() -> None:
    told = about(program(SYSTEMD, name="docker-proxy", argv=("/usr/bin/docker-proxy", "-host-port", "8080")), Act.STOP)
    assert told.rather_argv == ("docker", "ps", "--filter", "publish=8080")


@pytest.mark.parametrize(
    ("process", "start"),
    [
        (program(argv=("python3", "-m", "http.server", "8080")), ("python3", "-m", "http.server", "8080")),
        (program(argv=("redis-server *:6379",)), ()),
        (program(argv=("node", "app.js", "--token=(hidden)")), ()),
        (program(argv=("python3", "-c", "import time\\ntime.sleep(60)")), ()),
        (program(argv=("java", "-cp", "a.jar:" * 200, "Main")), ()),
        (program(*TYPED, Ancestor(pid=70, name="sudo", argv=("sudo", "node", "app.js"))), ("sudo", "node", "app.js")),
        (program(*TYPED, Ancestor(pid=70, name="npm", argv=())), ("node", "server.js")),
    ],
    ids=lambda value: value.argv[0] if isinstance(value, Process) else "",
)
def test_how_it_is_started_again(process: Process, start: tuple[str, ...]) -> None:
    told = about(process, Act.STOP)
    assert (told.start, told.returns) == (start, False)
    assert "(hidden)" not in told.comes_back


def test_a_process_whose_origin_is_not_told() -> None:
    told = about(program(ancestors=()), Act.STOP)
    assert told.returns is None
    assert told.comes_back.startswith("not known")


def test_many_clients_are_summed_up() -> None:
    rows = [connection(f"10.0.0.{number}", number) for number in range(1, 7)]
    told = about(program(), Act.STOP, listener("0.0.0.0"), *rows)
    assert told.lose.endswith("6 connections: 1 from 10.0.0.1, 1 from 10.0.0.2, 1 from 10.0.0.3 and 3 from elsewhere")


def test_a_connection_that_was_handed_to_another_process_is_not_called_nobody() -> None:
    told = about(program(), Act.STOP, listener(), connection("10.0.0.1", pids=(9000,)))
    assert told.lose.endswith("; 1 connection to its port is held by pid 9000, and may go on")
    shared = about(program(), Act.STOP, listener(pids=(4121, 9000)), connection("10.0.0.1", pids=(9000,)))
    assert "held by pid 9000" not in shared.lose, "it is that of a server beside it"


@given(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(["", " ", "-", "--", ":", "/", "-c", "sh", "npm", "a b", "-bash", "\\", "x:y"]), max_size=4
    ),
    st.sampled_from(list(Act)),
)
def test_any_name_and_command_line_can_be_judged(name: str, argv: list[str], act: Act) -> None:
    above = Ancestor(pid=70, name=name, argv=tuple(argv))
    process = program(SYSTEMD, above, name=name, argv=tuple(argv))
    told = about(process, act)
    assert told.signal
    assert kin.names(process) is not None
