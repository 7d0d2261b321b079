"""A rule in hosts.deny turns the client away.

TCP wrappers are the oldest firewall of Unix, and they are no firewall: the connection is opened by the kernel as ever,
the server accepts it, and only then asks the library libwrap whether this client may talk to it. The library reads two
text files, /etc/hosts.allow and /etc/hosts.deny, and when the second one has a line that fits the program and the
client, the server closes the connection without a word, some at once, sshd after five seconds. ssh then says
"kex_exchange_identification: Connection closed by remote host", other clients "connection reset" or "empty reply". No
rule of a packet filter is involved, ss and nft show nothing unusual, and the server is in good health.

It comes about when an old guide for securing a machine was followed ("ALL: ALL" in hosts.deny), when denyhosts or a
similar program has written an address there after some wrong passwords, or when hosts.allow names the networks of an
office that has moved. Only some programs ask: sshd of Debian and Ubuntu, vsftpd, rpcbind, slapd, stunnel, exim, what
inetd starts by way of tcpd, and socat with its option tcpwrap. nginx, databases and most newer programs never do, so
one port is shut while the others of the machine are open.

How porttui knows: the connection opened and brought no answer, the program that holds the port is linked with libwrap
(its file says so), and by the rules of hosts_access(5) the first line that fits this program and this client's address
is one of hosts.deny, or one with the word deny. Lines that hang on host names, netgroups or other files are not
guessed at.

What looks the same and is not: accept-then-close (no line turns the client away), max-connections (the server says, or
logs, that it has too many clients; sshd also drops by MaxStartups), emfile-close (the server is out of descriptors),
mtls-required and proxy-protocol-expected (the server closes because of what it was told, or was not).

To fix it, let the client in: a line such as "sshd: 127.0.0.1, [::1], 192.168.4." in /etc/hosts.allow comes before all
of hosts.deny. It counts from the next connection on, nothing has to be restarted. `tcpdmatch sshd 192.168.4.20`, of
the package tcpd, tells what the files would say. macOS has the two files only where they were made by hand, and on
Windows there are none.

To keep it from coming back, move such rules into the packet filter (nft, ufw, firewalld), where people look for them,
and leave hosts.deny empty.
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Access, Facts, Process, Unseen
from porttui.model.report import Confidence, Edit, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words, wrappers
from porttui.remedies import service

_ALWAYS_ASK = {"sshd", "tcpd", "in.telnetd", "rpcbind"}
"""Programs that ask at each connection when they are linked with libwrap, whatever their settings."""


def check(facts: Facts) -> Outcome:
    """Find it when a program that asks libwrap gave no answer, and the files turn this client away."""
    if facts.attempts is None or (facts.exchanges is None and not facts.done):
        return CannotTell(because="nothing was said on a connection yet")
    if not seen.opened(facts):
        return RuledOut(because="no connection opened, and TCP wrappers come after that")
    said = seen.exchanges(facts)
    if not said:
        return CannotTell(because="nothing was said on the connection")
    if any(each.outcome not in {"closed", "reset", "silent", "refused"} for each in said):
        return RuledOut(because="the port answers")
    if any(each.fate is not None and each.fate.row == "waiting" for each in said):
        return RuledOut(because="no program has accepted the connection")
    if isinstance(facts.access, Unseen):
        return CannotTell(because=f"{facts.access.what} could not be read", unseen=(facts.access,))
    if facts.access is None:
        return RuledOut(because="there is no hosts.deny") if facts.done else CannotTell(because="not looked at yet")
    found = _decided(facts, facts.access)
    if found is None:
        return _nobody_asks(facts, facts.access)
    process, client, decision = found
    if decision.allowed or decision.line is None:
        return RuledOut(because=f"hosts.allow and hosts.deny let {client} in to {process.name}")
    line = decision.line
    if decision.allowed is None:
        unseen = Unseen(
            what=f"whether line {line.line} of {line.path} means {client}",
            reason="it takes a look-up that porttui does not do",
            how_to_see=f"tcpdmatch {_asks_as(process)} {client}",
        )
        return CannotTell(because="a line would have to be looked up", unseen=(unseen,))
    listener = next(row for row in seen.listeners(facts) if process.pid in row.pids)
    certain = listener.owner_by == "descriptor" and (process.name in _ALWAYS_ASK or _told_to_ask(process))
    return Found(
        summary=f"{'Line' if certain else 'Probably line'} {line.line} of {line.path} turns {client} away from"
        f" {process.name} on port {listener.port}.",
        gloss="TCP wrappers let the connection open first; then the program asks two files, and hangs up.",
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        evidence=(
            Evidence(text=f"line {line.line}\t{line.text}", source=line.path),
            Evidence(text=f"{process.name}\tpid {process.pid}\tlinked with libwrap", source="its program file"),
            *evidence.listening(facts, (listener,)),
            *evidence.exchanged(said[:2]),
        ),
    )


def _decided(facts: Facts, access: Access) -> tuple[Process, str, wrappers.Decision] | None:
    """Return the holder that asks libwrap, the client's address as it sees it, and what the files say about it."""
    for attempt in seen.asked_attempts(facts):
        listener = seen.accepting(facts, attempt.address)
        for owner in seen.owners(facts, listener) if listener is not None and attempt.outcome == "open" else ():
            if owner.pid in access.linked and (owner.name != "socat" or _told_to_ask(owner)):
                client = attempt.source or attempt.peer or attempt.address
                return owner, client, wrappers.decide(access.lines, _asks_as(owner), client)
    return None


def _nobody_asks(facts: Facts, access: Access) -> Outcome:
    if not access.lines:
        return RuledOut(because="hosts.allow and hosts.deny have no lines")
    owners = [owner for row in seen.listeners(facts) for owner in seen.owners(facts, row)]
    if owners:
        return RuledOut(because=f"{owners[0].name} does not ask hosts.deny")
    unseen = facts.sockets.unseen if facts.sockets is not None and not isinstance(facts.sockets, Unseen) else ()
    return CannotTell(because="it cannot be seen whether the holder of the port asks hosts.deny", unseen=unseen)


def _told_to_ask(process: Process) -> bool:
    """Tell whether the command line itself says so: socat's option tcpwrap."""
    return any("tcpwrap" in word for word in process.argv[1:])


def _asks_as(process: Process) -> str:
    """Return the name under which a program asks: its own, or what socat's tcpwrap=NAME says."""
    for word in process.argv[1:]:
        for option in word.split(","):
            name, _, value = option.partition("=")
            if name == "tcpwrap" and value:
                return value
    return process.name


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Let the client in by a line in hosts.allow, or take the line that turns it away out."""
    found = _decided(facts, facts.access) if isinstance(facts.access, Access) else None
    line = found[2].line if found else None
    if found is None or line is None:
        return ()
    process, client, _ = found
    pattern = f"[{client}]" if ":" in client else client
    look = RemedyStep(text="See both files", where=words.machine(facts), argv=("cat", line.path, "/etc/hosts.allow"))
    return (
        Remedy(
            title=f"Let {client} in to {_asks_as(process)}",
            risk=Risk.EXPOSES,
            cost=f"lets {client} talk to {process.name}",
            proof=service.proof(facts),
            steps=(
                RemedyStep(
                    text="As the first line, write (as root)",
                    where=words.machine(facts),
                    edit=Edit(file="/etc/hosts.allow", text=f"{_asks_as(process)}: {pattern}"),
                    why="it counts from the next connection on; nothing has to be restarted",
                ),
            ),
            undo="take that line out again",
        ),
        Remedy(
            title="Take the line that turns it away out",
            risk=Risk.EXPOSES,
            cost="lets in all those whom it keeps away",
            proof=service.proof(facts),
            steps=(
                *(() if facts.os == "windows" else (look,)),
                RemedyStep(text=f"Put a # in front of line {line.line} of {line.path} (as root): {line.text[:80]}"),
            ),
            note="Find out who wrote it first: it may be there for a reason.",
        ),
    )


FAULT = Fault(
    code="tcp-wrappers",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="A rule in hosts.deny turns the client away",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=("accept-then-close", "handler-hangs", "single-thread-blocked", "ssh-forward-dead", "max-connections"),
)
