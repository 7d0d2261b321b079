"""Where a service is: containers, SSH, several side by side; keeping it safe; the tools to look."""

from __future__ import annotations

from porttui.learn import values as v
from porttui.learn.lessons.ports import EXAMPLE
from porttui.learn.page import Page
from porttui.model.address import is_loopback
from porttui.model.facts import Facts
from porttui.reading.words import machine


def containers(facts: Facts) -> Page:
    """Network namespaces."""
    inside = facts.host.container
    marks = f"yes, by the marks of {inside}" if inside else "no marks of one were found"
    return Page(
        idea="A container (docker, podman) runs programs apart from the others. On Linux it mostly has a network of "
        "its own in the same kernel (a network namespace): own interfaces, addresses, ports, firewall, and own "
        "loopback. localhost inside is the container, not the machine around it. Two containers can both listen on "
        "port 80, and neither takes the port of the machine.",
        here=(
            ("ON " + machine(facts), ""),
            ("is this a container?", marks),
            ("addresses", ", ".join(_own(facts)) or "can't see"),
        ),
        then="To reach a container its port has to be published (-p 127.0.0.1:8080:80: the machine's first, the "
        "container's last), and the server inside has to listen at 0.0.0.0, since what is published does not come in "
        "by its loopback. From one container to another, use the service's name.",
        tries=(
            ("docker ps --format '{{.Names}} {{.Ports}}'", "which ports are published"),
            ("porttui explain container-loopback-bind", "the commonest mistake"),
        ),
        sources="network_namespaces(7), veth(4), docker-run(1) (--publish)",
    )


def _own(facts: Facts) -> list[str]:
    cards = facts.interfaces if isinstance(facts.interfaces, tuple) else ()
    own = [address for card in cards for address in card.addresses if ":" not in address]
    return own[:3]


def ssh(facts: Facts) -> Page:
    """Local and remote forwarding."""
    here = facts.host.ssh
    me = f"{facts.privileges.user}@{here.server if here else 'server'}"
    session = f"yes, from {here.client}" if here else "no sign of one"
    forward = f"ssh -L {EXAMPLE}:127.0.0.1:3000 {me}"
    return Page(
        idea="Over SSH, localhost is the machine that you are logged in to. To see its server in the browser at home, "
        "let ssh listen at home and lead each connection through the session: -L PORT:HOST:HOSTPORT. HOST is looked "
        "up at the far end, so 127.0.0.1 there is the far machine. -R is the other direction.",
        here=(
            ("ON " + machine(facts), ""),
            ("is this an SSH session?", session),
            ("to be typed at home", forward),
            ("and opened there", f"http://127.0.0.1:{EXAMPLE}"),
        ),
        then="The server need not listen on the network for that: 127.0.0.1 is enough, and safer. The listener at home "
        "is ssh itself, so a forward accepts connections though nothing answers at its far end.",
        tries=((forward, "a login; it then waits"),),
        sources="ssh(1) (-L, -R), sshd_config(5) (AllowTcpForwarding), RFC 4254 7",
    )


def several(facts: Facts) -> Page:
    """A port for each service."""
    rows = v.listeners(facts)
    return Page(
        idea="Each service needs an address and a port that no other listener has. Choose ports once, below the range "
        "of lent ports and off the known services, and write them down in one place (.env, compose.yaml). Or take "
        "another loopback address: 127.0.0.2:8080 and 127.0.0.3:8080 do not meet (on macOS add them to lo0 first).",
        here=(("TAKEN HERE", "PROGRAM", "PID", "USER", "REACHED AT"), *v.places(facts, rows)),
        then="Or let a reverse proxy stand at one port and choose by name: shop.localhost leads to this machine in "
        "browsers, and in many resolvers. Servers that step to the next port when theirs is taken (vite, next) "
        "are found where nobody looks.",
        tries=(
            ("porttui free 3000-3999", "free ports of a range, which may stay so"),
            ("porttui sockets", "what is taken, and by whom"),
        ),
        sources="RFC 6761 6.3 (localhost), RFC 6335, RFC 1122 3.2.1.3 (127/8), bind(2)",
    )


def safe(facts: Facts) -> Page:
    """Five habits."""
    rows = v.listeners(facts)
    wide = None if rows is None else [row for row in rows if not is_loopback(row.address)]
    seen = "can't see" if wide is None else str(len(wide))
    return Page(
        idea="A service for yourself alone should be reached by yourself alone. The address decides first: bind "
        "127.0.0.1. But loopback is no lock: every user and program of this machine gets there, and a page in your "
        "browser may try. So ask for a password or a token even locally, and check the Host header.",
        here=(
            ("NOT ON LOOPBACK HERE", "PROGRAM", "PID", "USER", "REACHED AT"),
            *v.places(facts, wide, most=3, none="none: all listeners are on loopback"),
        ),
        then=f"Listeners here that others might reach: {seen}. Those need authentication, TLS where others can read "
        "along, updates, and a firewall that lets in only who should. Look again from time to time: a new package "
        "may listen.",
        tries=(("porttui sockets", "REACHED BY: network is what to ask about"),),
        sources="ip(7), RFC 8446 (TLS), RFC 9110 7.2 (Host), RFC 3552 3 (threats)",
    )


def commands(facts: Facts) -> Page:
    """The tools, and where porttui stands."""
    lists = v.by_os(facts, "ss -ltnp", "lsof -nP -iTCP -sTCP:LISTEN", "netstat -abno")
    return Page(
        idea="Each of the classic tools looks at one part of the way. Together they find most faults, if one knows "
        "which to ask next and what their silence means. porttui asks all parts at once, compares what you asked for "
        "with what is there, and names the first stop that failed.",
        here=(
            ("TOOL", "SHOWS", "DOES NOT SHOW"),
            (lists, "listeners, processes", "firewalls; why"),
            ("curl -v URL", "name, TCP, TLS, HTTP", "why nothing listens"),
            ("nc -vz HOST PORT", "whether TCP opens", "what the program says"),
            ("ping HOST", "an answer to ICMP", "anything about ports"),
            ("porttui check TARGET", "the stop that failed", "what you may not see"),
        ),
        then=f"Without root, the owners of other users' sockets and the firewall rules stay unseen; you are "
        f"{facts.privileges.user}. ping is no test of a port: a machine can answer it and refuse, or the reverse.",
        tries=(("porttui check localhost:62893", "refused, and nobody listens"),),
        sources="ss(8), lsof(8), netstat(8), curl(1), nc(1), ping(8), RFC 1122 3.2.2.6",
    )
