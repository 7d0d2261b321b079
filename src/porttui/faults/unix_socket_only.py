"""The service listens on a unix socket only.

A unix socket is a door in the file system. Programs of the same machine meet there under a path, such as
/run/postgresql/.s.PGSQL.5432 or /run/docker.sock, instead of under an address and a port; the rights of the file
decide who may enter, and no network is involved. Many services open such a door besides their TCP port, and some are
told to open only this one. Then the service runs, its own tools work, and the TCP port is refused.

It comes about when PostgreSQL has `listen_addresses = ''`, MySQL or MariaDB skip-networking, Redis `port 0`:
`sudo -u postgres psql` and `sudo mysql` work, since without a host they go by the socket, and the application that
says localhost:5432 is refused with "Is the server running on that host and accepting TCP/IP connections?". Docker is
like that from the start: the daemon listens at /run/docker.sock, and there is nobody at port 2375.

How porttui knows: no TCP or UDP socket is on the port, the connection was refused, and a unix socket listens that has
the port in its name, as PostgreSQL's has, or that is the usual one of the service that the port stands for (3306,
6379, 2375). The first is certain; the second is likely, and is not said when another listener stands near the port.

What looks the same and is not: nothing-listening (the service does not run, and no socket of it listens), wrong-port
(it has a TCP port, another one), listener-loopback-only and ipv6-only-listener (it has this one, at another address).

To fix it, give the client the door instead of host and port: `psql -h /run/postgresql -p 5432`,
`mysql -S /run/mysqld/mysqld.sock`, `redis-cli -s /run/redis/redis-server.sock`; with Homebrew on macOS PostgreSQL's
is /tmp/.s.PGSQL.5432. Or let the service open its port for this machine: `listen_addresses = 'localhost'` in
postgresql.conf, skip-networking taken out and `bind-address = 127.0.0.1` for MySQL, then
`sudo systemctl restart postgresql`, `brew services restart postgresql`. On Windows PostgreSQL and MySQL use TCP
anyhow; there it is the same setting and `Restart-Service NAME`.

To keep it from coming back, let the application use the socket where both are on one machine: it is quicker, needs no
port, and the rights of the file are one more lock. Do not open docker's 2375: it has no password, and is root for
whoever finds it.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_listener
from porttui.model.facts import Facts, Socket
from porttui.model.report import Confidence, Edit, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, near, seen, words
from porttui.remedies import service

_USUAL = {3306: ("mysqld.sock", "mysql.sock"), 6379: ("redis.sock", "redis-server.sock"), 2375: ("docker.sock",)}
"""File names of the sockets of services whose name does not hold the port."""


def check(facts: Facts) -> Outcome:
    """Find it when only a unix socket of the service listens."""
    first = not_the_listener(facts)
    if first is not None:
        return first
    port = facts.asked.target.port
    if any(row.port == port and row.state in {"LISTEN", "BOUND", "UNCONN"} for row in seen.rows(facts)):
        return RuledOut(because=f"a TCP or UDP socket is on port {port}")
    found = _unix(facts)
    if not found:
        return RuledOut(because="no unix socket of the service listens")
    named = str(port) in found[0].path.rpartition("/")[2]
    nearby = near.neighbours(facts)
    if nearby and not named:
        return RuledOut(because=f"{words.at(nearby[0])} listens nearby, and the socket does not name the port")
    return Found(
        summary=f"{words.subject(facts, found[0])} listens on the unix socket {found[0].path}, not on port {port}.",
        gloss="A unix socket is a door in the file system, only for programs of the same machine.",
        confidence=Confidence.CERTAIN if named else Confidence.LIKELY,
        evidence=(*evidence.listening(facts, found), evidence.none_listening(facts), *evidence.connects(facts)),
    )


def _unix(facts: Facts) -> tuple[Socket, ...]:
    port = facts.asked.target.port
    usual = _USUAL.get(port, ())
    return tuple(
        row
        for row in seen.rows(facts)
        if row.protocol == "unix"
        and row.state == "LISTEN"
        and (row.path.rpartition("/")[2] in usual or row.path.endswith((f".{port}", f"-{port}.sock", f".{port}.sock")))
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Use the unix socket, or let the service open its port."""
    socket = _unix(facts)[0]
    folder, _, name = socket.path.rpartition("/")
    postgres = ".s.PGSQL." in name
    use = RemedyStep(
        text="Give the client the socket instead of host and port",
        argv=("psql", "-h", folder, "-p", name.rpartition(".")[2]) if postgres else None,
        where=words.machine(facts),
    )
    if not postgres:
        use = RemedyStep(text=f"Give the client the socket {socket.path} instead of host and port")
    setting = RemedyStep(text="Let it open its port on loopback, in its settings, and start it again")
    if postgres:
        setting = RemedyStep(
            text="Let it open its port on loopback, and start it again",
            edit=Edit(file="postgresql.conf", text="listen_addresses = 'localhost'"),
        )
    return (
        Remedy(title="Use the unix socket", risk=Risk.SAFE, cost="safe", proof=service.proof(facts), steps=(use,)),
        Remedy(
            title="Open the TCP port on loopback",
            risk=Risk.RESTARTS,
            cost="restarts the service",
            proof=service.proof(facts),
            steps=(setting,),
        ),
    )


FAULT = Fault(
    code="unix-socket-only",
    step=Step.LISTENER,
    stop=Stop.LISTENER,
    title="The service listens on a unix socket only",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("nothing-listening", "wrong-port"),
)
