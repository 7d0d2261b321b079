r"""localhost does not resolve.

localhost is a name like any other. Nothing in the network makes it mean "this machine"; two lines of a text file do,
`127.0.0.1 localhost` and `::1 localhost` in the hosts file. When they are gone, when the file is damaged, or when the
system is told not to read it, programs ask a name server instead. Most name servers know no localhost, and the answer
is "name or service not known" (Python, glibc), ENOTFOUND or EAI_AGAIN (Node), although the server that is wanted runs
on this very machine.

It comes about when a program rewrites the hosts file and leaves out what it did not put there: a VPN client, an ad
blocker, a script with `>` where it should have `>>`. An editor that writes a byte order mark in front of the file
makes its first line unreadable, and that is usually this one. Slim container images have no such file, or an
/etc/nsswitch.conf whose line `hosts: dns` leaves the file out. Browsers and curl know localhost by themselves and go
on to work, which sends many people in the wrong direction.

How porttui knows: it asked the system's resolver for localhost (getaddrinfo, the call that nearly every program
uses), got an error, and then read the hosts file itself. It says whether the line is missing, or stands there and is
not read.

What looks the same and is not: hosts-localhost-elsewhere (it resolves, to an address that is not this machine),
nothing-listening (it resolves, and nobody is there), dns-nxdomain (another name than localhost), dns-resolver-dead
(no name at all resolves).

To fix it, use 127.0.0.1 in place of the name for now; it needs no file. Then put the lines back:
`sudo nano /etc/hosts` on Linux and macOS; on Windows start Notepad as administrator and open
C:\Windows\System32\drivers\etc\hosts, where the two lines may stand behind a # (Windows resolves localhost by itself
unless told otherwise). In nsswitch.conf the line should begin `hosts: files`. On Linux `getent hosts localhost` shows
at once whether it works again.

To keep it from coming back, find out what rewrote the file (its date of change is a good witness, `ls -l /etc/hosts`)
and let that program keep the two lines. Save the file as UTF-8 without a byte order mark.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_name
from porttui.model.address import parse_ip
from porttui.model.facts import Facts
from porttui.model.report import Evidence, Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence, words
from porttui.remedies import hosts


def check(facts: Facts) -> Outcome:
    """Find it when the target is localhost and the name leads nowhere."""
    first = not_the_name(facts)
    if first is not None:
        return first
    if facts.asked.target.host != "localhost":
        return RuledOut(because="the target is not localhost")
    lines = facts.name.hosts if facts.name is not None and isinstance(facts.name.hosts, tuple) else ()
    path = hosts.hosts_path(facts)
    if not lines:
        why = f"{path} has no line for it"
    elif all(parse_ip(each.address) is None for each in lines):
        why = f"its line in {path} begins with {words.quoted(lines[0].address)}, which is no address"
    else:
        why = f"{path} has its line, but is not read"
    return Found(
        summary=f"The name localhost leads nowhere on this machine: {why}.",
        gloss="localhost is only a name; two lines of the hosts file say that it means this machine.",
        evidence=(
            evidence.name_error(facts),
            *(Evidence(text=f"line {line.line}\t{line.address} {' '.join(line.names)}", source=path) for line in lines),
        ),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by address, or put the lines back."""
    lines = ("127.0.0.1 localhost", "::1 localhost")
    return hosts.ask_by_address(facts, "127.0.0.1"), hosts.write_line(facts, *lines)


FAULT = Fault(
    code="hosts-localhost-missing",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="localhost does not resolve",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
)
