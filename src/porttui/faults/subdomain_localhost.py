r"""A name under localhost that only browsers resolve.

Names that end in .localhost, such as shop.localhost, are meant to lead to this machine, all of them, without anybody
writing them down (RFC 6761, 6.3). Browsers and curl do that by themselves. The system's resolver, which all other
programs ask, does it only where it was taught to: on Linux with systemd-resolved or the library nss-myhostname. In
most other places the name does not exist, and the same address opens in the browser and fails in everything else.

It comes about when each project gets a name of its own, http://shop.localhost:3000 and http://api.localhost:4000, so
that cookies are kept apart. The page loads. Then its server side, written in Python or Node, a test or wget asks
api.localhost and gets "name or service not known" or ENOTFOUND. In a container it happens even on machines that know
such names, as the image brings its own resolver settings.

How porttui knows: the name ends in .localhost, and the system's resolver (getaddrinfo) gave an error for it. It asks
like an ordinary program on purpose, not like a browser.

What looks the same and is not: dns-nxdomain (any other name that does not exist), hosts-localhost-missing (plain
localhost does not resolve), host-not-allowed (the name resolves, and the server objects to being called so),
http-client-error (it resolves, and the server has no such page under that name).

To fix it, ask for the part that never needed the name, http://127.0.0.1:4000. Where the server decides by the name
which project is meant, send it along: `curl -H 'Host: api.localhost' http://127.0.0.1:4000`. Or teach the system the
name with a line in the hosts file, `127.0.0.1 api.localhost`: in /etc/hosts on Linux and macOS, in
C:\Windows\System32\drivers\etc\hosts on Windows, as root or administrator. On Debian and Ubuntu
`sudo apt install libnss-myhostname` does it for all such names at once.

To keep it from coming back, put the names into the set-up of the project: a line in the hosts file that its script
writes, or extra_hosts in the compose file. The hosts file knows no wildcard, so each name takes a line.
"""

from __future__ import annotations

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_name
from porttui.model.facts import Facts
from porttui.model.report import Remedy, Step
from porttui.model.target import Question
from porttui.reading import evidence
from porttui.remedies import hosts


def check(facts: Facts) -> Outcome:
    """Find it when a name under .localhost leads nowhere."""
    first = not_the_name(facts)
    if first is not None:
        return first
    host = facts.asked.target.host
    if not host.rstrip(".").endswith(".localhost"):
        return RuledOut(because="the name is not under .localhost")
    return Found(
        summary=f"The name {host} leads nowhere for most programs; only browsers and curl know it by themselves.",
        gloss="Names that end in .localhost mean this machine, but many systems do not know that.",
        evidence=(evidence.name_error(facts),),
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Ask by address, or give the name a line."""
    return hosts.ask_by_address(facts, "127.0.0.1"), hosts.write_line(facts, f"127.0.0.1 {facts.asked.target.host}")


FAULT = Fault(
    code="subdomain-localhost",
    step=Step.NAME,
    stop=Stop.ADDRESS,
    title="A name under localhost that only browsers resolve",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    questions=(Question.CONNECT, Question.BIND),
    explains=("dns-nxdomain", "dns-servfail", "dns-resolver-dead"),
)
