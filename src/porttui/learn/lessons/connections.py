"""Connections: the packet's way, the handshake, and what each kind of failure proves."""

from __future__ import annotations

from porttui.learn import values as v
from porttui.learn.contents import EXAMPLE_TARGET
from porttui.learn.lessons.ports import EXAMPLE
from porttui.learn.page import Page
from porttui.model.facts import Facts
from porttui.reading import seen
from porttui.reading.words import asked_endpoint, machine, outcome


def way(facts: Facts) -> Page:
    """The stops of a connection, with what really happened at each."""
    from porttui.diagnose import diagnose  # every fault is asked: needed by this page alone
    from porttui.render.packet_way import stop_row, stops

    report = diagnose(facts)
    example = ", an example" if str(facts.asked.target) == EXAMPLE_TARGET else ""
    return Page(
        idea="Between a client and its answer are six stops, always in this order. The name becomes an address; the "
        "address finds a route (an interface to leave by); the rules of a firewall let the packet pass; a socket "
        "takes it; its process (a running program) answers. A fault at one stop hides all behind it.",
        here=(
            ("STOP", "STATE", f"ON THE WAY TO {asked_endpoint(facts)}{example}"),
            *(stop_row(one) for one in stops(report)),
        ),
        then=f"That is why porttui names the first stop at which the packet died. What {machine(facts)} does not show "
        "to this user is told as can't see, never as good.",
        tries=((f"porttui check {asked_endpoint(facts)}", "the same stops, with the evidence"),),
        sources="RFC 1122 1.1.3 (layers), getaddrinfo(3), ip-route(8), nft(8), tcp(7)",
    )


def handshake(facts: Facts) -> Page:
    """The three packets of TCP."""
    return Page(
        idea="TCP opens a connection with three packets: SYN (begin) from the client, SYN and ACK (heard) from the "
        "server's kernel, ACK from the client. Both kernels do this alone, before the server's program has done "
        "anything. So an open connection shows a listener and a free way, and nothing of the program.",
        here=(
            ("PACKET", "CLIENT IS IN", "SERVER'S SIDE"),
            ("SYN           ->", "SYN_SENT", "SYN_RECV"),
            ("    <-  SYN, ACK", "ESTABLISHED", "SYN_RECV"),
            ("ACK           ->", "ESTABLISHED", "ESTABLISHED"),
            ("FIN each way", "TIME_WAIT, if it closed first", "closed"),
        ),
        then=f"Where no answer comes the SYN is sent again, {_retries(facts)}, with pauses that grow. A RST (reset) in "
        "its place ends it at once: refused. FIN (the end) closes in good order.",
        tries=(
            (f"porttui check {EXAMPLE}", "refused in well under 1 ms: a RST"),
            (
                v.by_os(facts, "ss -tn", "netstat -an -p tcp", "netstat -an"),
                "connections that are open",
            ),
        ),
        sources="RFC 9293 3.5 (opening), 3.6 (closing), 3.3.2 (states), tcp(7)",
    )


def _retries(facts: Facts) -> str:
    """Tell how often: those with pauses of a second come on top of the others (ip-sysctl.rst, Linux 6.5)."""
    names = ("net.ipv4.tcp_syn_retries", "net.ipv4.tcp_syn_linear_timeouts")
    numbers = [facts.sysctls.get(name, "") for name in names]
    if not numbers[0].isdigit():
        return "several times"
    return f"at most {sum(int(number) for number in numbers if number.isdigit())} times here"


def answers(facts: Facts) -> Page:
    """What each way to fail proves, and what it does not."""
    mine = seen.asked_attempts(facts)
    own = f" Seen here, {asked_endpoint(facts)}: {outcome(mine[0])}." if mine and facts.done else ""
    return Page(
        idea="How a connection fails says where to look. Refused is an answer: by RST, or by ICMP (packets that "
        "report errors), from the machine, from its firewall, or from a box on the way. Silence alone proves "
        f"nothing.{own}",
        here=(
            ("YOU SEE", "IT PROVES", "IT DOES NOT PROVE"),
            ("refused", "an answer came: RST or ICMP", "no listener: rules reject too"),
            ("time-out", "no answer came", "a firewall: full queues too"),
            ("reset", "it was open, and was cut off", "that the server cut it off"),
            ("empty reply", "it was open, and was closed", "that the request was read"),
            ("unreachable", "no way known, or ICMP", "that the machine is off"),
        ),
        then="On one machine all of them are quick but the time-out, which takes as long as the client has patience.",
        tries=(
            (f"curl -v http://127.0.0.1:{EXAMPLE}", "Connection refused"),
            ("porttui explain accept-then-close", "one of them, in full"),
        ),
        sources="RFC 9293 3.5.2 and 3.10.7 (RST), RFC 1122 4.2.3.9 (ICMP), connect(2)",
    )


def silence(facts: Facts) -> Page:
    """Why a connection opens and nothing comes."""
    known = facts.processes
    paused = [one for one in known or () if one.state in {"T", "t"}]
    told = "can't see" if known is None else f"{len(paused)} of {len(known)} servers seen"
    room = v.setting(facts, "net.core.somaxconn")
    name = f" ({paused[0].name}, pid {paused[0].pid})" if paused else ""
    return Page(
        idea="The connection is open, and no answer comes. The kernel did its part, the program not. It may be paused, "
        "busy with another client, waiting for a database, or out of file descriptors (numbers for open files and "
        "connections). Restarting it helps, and destroys what would tell why: look first.",
        here=(
            ("THE PROGRAM IS", "HOW IT SHOWS", "HERE"),
            ("paused", "state T: ctrl+z, a debugger", f"{told}{name}"),
            ("busy", "state R, a processor at work", "porttui check TARGET tells"),
            ("waiting", "state S, a request unanswered", "the same"),
            ("not accepting", "the listener's queue grows", f"has room for {room} at most"),
        ),
        then="A server of one thread serves one client at a time: an idle browser tab can hold it. TCP itself has no "
        "time limit for an idle connection, so clients need one.",
        tries=(("python3 -m http.server 62893", "after ctrl+z: open, and silent"),),
        sources="proc(5) (state), signal(7) (SIGSTOP), listen(2), RFC 9293 3.8.4",
    )
