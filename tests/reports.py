"""Sample reports, built by hand: the cases that the screens and the plain report are drawn with.

Each builder returns a fresh, complete `Report`. `report_of` makes other ones from a few words.
"""

from __future__ import annotations

import datetime as dt

from porttui.model import facts as f
from porttui.model import report as r
from porttui.model.target import Asked, Question, Target

CET = dt.timezone(dt.timedelta(hours=1))

RULED_OUT = tuple(
    r.RuledOut(code=code, because=because)
    for code, because in (
        ("nothing-listening", "something listens on port 5173"),
        ("listener-other-address", "the listener is on another family"),
        ("stale-address-listener", "::1 is an address of lo"),
        ("ipv4-only-listener", "no IPv4 address listens"),
        ("v6only-wildcard", "the listener is not on [::]"),
        ("device-bound-listener", "the listener is bound to no interface"),
        ("wrong-port", "the port itself has a listener"),
        ("bound-not-listening", "no socket is bound without listening"),
        ("server-starting", "the owner runs since 13:58:02"),
        ("crash-loop", "the owner runs since 13:58:02"),
        ("udp-only", "the listener is TCP"),
        ("unix-socket-only", "the listener is TCP"),
        ("other-netns", "the listener is in this network namespace"),
        ("localhost-inside-container", "no marks of a container"),
        ("ephemeral-exhaustion", "a source port was given"),
        ("self-connect", "the connection did not open"),
        ("ipv6-disabled", "IPv6 is on"),
        ("fw-reject-icmp", "no ICMP error came back"),
        ("fw-drop-input", "an answer came"),
        ("fw-drop-output", "an answer came"),
        ("lo-down", "lo is up"),
        ("loopback-address-missing", "lo has 127.0.0.1"),
        ("route-missing", "the route is local, by lo"),
        ("route-blocked", "the route is local, by lo"),
        ("host-down", "the address is this machine's"),
        ("conntrack-full", "an answer came"),
        ("connect-denied-policy", "the packet left"),
        ("proxy-env", "no proxy variable is set"),
        ("client-emfile", "a socket was made"),
        ("backlog-full", "an answer came"),
        ("backlog-abort", "ListenOverflows +0"),
    )
)


def ipv6_only() -> r.Report:
    """Return what dev on devbox sees: vite listens on [::1]:5173, and 127.0.0.1:5173 is refused."""
    return r.Report(
        porttui="0.1.0",
        at=dt.datetime(2025, 11, 22, 14, 2, 11, tzinfo=CET),
        question=Question.CONNECT,
        target=r.ReportTarget(
            input="connect ECONNREFUSED 127.0.0.1:5173",
            host="127.0.0.1",
            port=5173,
            scheme=None,
            addresses=("127.0.0.1",),
            text="127.0.0.1:5173",
        ),
        verdict=r.Verdict(
            code="ipv6-only-listener",
            title="The server listens on IPv6 only",
            summary="The server listens on IPv6 only; you asked for IPv4.",
            severity=r.Severity.FAULT,
            confidence=r.Confidence.CERTAIN,
            step=r.Step.LISTENER,
            evidence=(
                r.Evidence(text="LISTEN\t[::1]:5173\tnode, pid 4121, queue 0 of 511", source="sock_diag"),
                r.Evidence(
                    text="connect\t127.0.0.1:5173\tECONNREFUSED in 0.1 ms, reset by this kernel", source="connect"
                ),
            ),
            gloss="Both mean devbox itself, but each is a door of its own.",
        ),
        ruled_out=RULED_OUT,
        unseen=(
            r.ReportUnseen(
                what="firewall rules", reason="need root", how_to_see="nft list ruleset", needs_root=True, matters=False
            ),
        ),
        steps=(
            step("name", "pass", "127.0.0.1 is devbox itself (you are here over ssh)", 0.0),
            step("bind", "skipped", "free: no program holds 127.0.0.1:5173"),
            step(
                "listener",
                "fail",
                "only [::1]:5173 listens",
                3.1,
                evidence=(
                    r.Evidence(text="LISTEN\t[::1]:5173\tnode, pid 4121, queue 0 of 511", source="sock_diag"),
                    r.Evidence(
                        text="connect\t127.0.0.1:5173\tECONNREFUSED in 0.1 ms, reset by this kernel", source="connect"
                    ),
                ),
            ),
            step("path", "skipped", "refused by devbox at once: follows from listener", 0.1),
            step("probe", "skipped", "not reached; [::1]:5173 answers, HTTP 200", 4.0),
            step("firewall", "unseen", "rules need root; this refusal is not theirs"),
        ),
        remedies=_ipv6_only_remedies(),
        firewall=r.Firewall(verdict="unknown", backends=(_unread_nftables(),)),
        asked=(r.Side(endpoint="127.0.0.1:5173", family="IPv4", text="nothing listens there"),),
        found=(r.Side(endpoint="[::1]:5173", family="IPv6", text="node, pid 4121 (vite, in ~/shop)"),),
        facts=_devbox_facts(),
    )


def two_faults() -> r.Report:
    """Return what oncall on web3 sees: the certificate has expired, and behind it nginx answers 502."""
    return r.Report(
        porttui="0.1.0",
        at=dt.datetime(2025, 11, 22, 3, 12, 40, tzinfo=dt.UTC),
        question=Question.CONNECT,
        target=r.ReportTarget(
            input="https://shop.example:8443",
            host="shop.example",
            port=8443,
            scheme="https",
            addresses=("10.20.0.14",),
            text="https://shop.example:8443",
        ),
        verdict=r.Verdict(
            code="cert-expired",
            title="The certificate has expired",
            summary="The certificate expired 3 h 12 min ago.",
            severity=r.Severity.FAULT,
            confidence=r.Confidence.CERTAIN,
            step=r.Step.PROBE,
            evidence=(
                r.Evidence(
                    text="valid until 2025-11-22 00:00:00 UTC; this machine's clock 03:12:40 UTC",
                    source="TLS handshake",
                ),
            ),
        ),
        also=(
            r.Verdict(
                code="upstream-dead-502",
                title="The program behind the proxy is down",
                summary="Behind it nginx answers 502.",
                severity=r.Severity.FAULT,
                confidence=r.Confidence.LIKELY,
                step=r.Step.PROBE,
                evidence=(
                    r.Evidence(
                        text='GET / without checking the certificate: 502, "Server: nginx"', source="GET / (unverified)"
                    ),
                ),
            ),
        ),
        unseen=(
            r.ReportUnseen(what="nginx's settings", reason="need root", how_to_see="nginx -T", needs_root=True),
            r.ReportUnseen(
                what="its program and log", reason="need root", how_to_see="systemctl status nginx", needs_root=True
            ),
        ),
        steps=(
            step("name", "pass", "shop.example is 10.20.0.14 (hosts file)", 0.3),
            step("bind", "skipped", "taken, as it should be: nginx serves 8443"),
            step("listener", "pass", "0.0.0.0:8443, queue 0 of 511", 2.9),
            step("path", "pass", "open in 0.2 ms", 0.2),
            step("probe", "fail", "certificate expired, then HTTP 502", 30.0),
            step("firewall", "pass", "the connection opened, so no rule blocks it"),
        ),
        remedies=(
            r.Remedy(
                way="First",
                title="Renew the certificate",
                risk=r.Risk.SAFE,
                cost="needs root; nginx goes on serving",
                proof="https://shop.example:8443",
                steps=(
                    r.RemedyStep(text="See which file it is:", argv=("nginx", "-T"), needs_root=True),
                    r.RemedyStep(
                        text="Renew it the way this machine does, then load it:",
                        argv=("systemctl", "reload", "nginx"),
                        needs_root=True,
                    ),
                ),
            ),
            r.Remedy(
                way="Then",
                title="Start the program behind nginx",
                risk=r.Risk.SAFE,
                cost="needs root to find it",
                proof="https://shop.example:8443",
                steps=(
                    r.RemedyStep(
                        text="See which address nginx tries:",
                        argv=("tail", "-n", "20", "/var/log/nginx/error.log"),
                        needs_root=True,
                    ),
                    r.RemedyStep(text="Ask porttui about that address."),
                ),
            ),
        ),
        asked=(r.Side(endpoint="https://shop.example:8443", family="", text="10.20.0.14, this machine"),),
        found=(r.Side(endpoint="0.0.0.0:8443", family="", text="nginx.service, user root"),),
        facts=_web3_facts(
            Target(input="https://shop.example:8443", host="shop.example", port=8443, scheme="https"),
            user="oncall",
            at=dt.datetime(2025, 11, 22, 3, 12, 40, tzinfo=dt.UTC),
            listener=f.Socket(
                protocol="tcp",
                state="LISTEN",
                address="0.0.0.0",
                port=8443,
                queue=0,
                backlog=511,
                uid=0,
                user="root",
                unit="nginx.service",
            ),
            outcome="open",
        ),
    )


def as_nobody() -> r.Report:
    """Return what nobody on web3 sees: 10.20.0.14:8080 does not answer, probably a firewall drops the packets."""
    return r.Report(
        porttui="0.1.0",
        at=_NOBODY_AT,
        question=Question.CONNECT,
        target=_NOBODY_TARGET,
        verdict=r.Verdict(
            code="fw-drop-input",
            title="A firewall drops the packets on their way in",
            summary="Probably a firewall on web3 drops the packets coming in.",
            severity=r.Severity.FAULT,
            confidence=r.Confidence.LIKELY,
            step=r.Step.FIREWALL,
            evidence=(
                r.Evidence(
                    text="Ip.InReceives +3, Ip.InDelivers +0\tthey came in and were not handed on",
                    source="/proc/net/snmp",
                ),
                r.Evidence(text="ListenOverflows +0\tso the server's queue is not full", source="/proc/net/netstat"),
                r.Evidence(text="lo and eth0 are up\tso no interface is the cause", source="interfaces"),
            ),
        ),
        unseen=(
            r.ReportUnseen(what="the rules", reason="need root", how_to_see="nft list ruleset", needs_root=True),
            r.ReportUnseen(what="older rules", reason="need root", how_to_see="iptables-save", needs_root=True),
            r.ReportUnseen(
                what="who holds 8080", reason="needs root", how_to_see="ss -ltnp 'sport = :8080'", needs_root=True
            ),
        ),
        steps=(
            *_NOBODY_FIRST_STEPS,
            step("path", "skipped", "3 packets sent, no answer: follows from firewall", 3000.0),
            step("probe", "skipped", "not reached"),
            step("firewall", "fail", "arrived 3, delivered 0; the rule itself: can't see"),
        ),
        firewall=r.Firewall(verdict="unknown", backends=(_unread_nftables(),)),
        asked=(_NO_ANSWER,),
        found=(_WWW_DATA,),
        facts=_nobody_facts(),
    )


def unknown() -> r.Report:
    """Return the same case with the counters too busy to tell: the cause could not be found."""
    return r.Report(
        porttui="0.1.0",
        at=_NOBODY_AT,
        question=Question.CONNECT,
        target=_NOBODY_TARGET,
        verdict=r.Verdict(
            code="undetermined",
            title="The cause could not be found",
            summary="No answer in 3.0 s, and the cause could not be found.",
            severity=r.Severity.UNKNOWN,
            confidence=r.Confidence.POSSIBLE,
            step=None,
            gloss="Certain: it is no refusal, the queue is not full, the interfaces are up.\n"
            "Left over: a firewall on the way in or out, or the tracking table.",
        ),
        unseen=(
            r.ReportUnseen(what="the rules", reason="need root", how_to_see="nft list ruleset", needs_root=True),
            r.ReportUnseen(what="older rules", reason="need root", how_to_see="iptables-save", needs_root=True),
            r.ReportUnseen(
                what="ask again when there is less traffic", reason="", how_to_see="porttui check 10.20.0.14:8080"
            ),
        ),
        steps=(
            *_NOBODY_FIRST_STEPS,
            step("path", "fail", "3 packets sent, no answer, 2 tries", 3000.0),
            step("probe", "skipped", "not reached"),
            step("firewall", "unseen", "rules need root; the counters are too busy to tell"),
        ),
        firewall=r.Firewall(verdict="unknown", backends=(_unread_nftables(),)),
        asked=(_NO_ANSWER,),
        found=(_WWW_DATA,),
        facts=_nobody_facts(),
    )


def healthy() -> r.Report:
    """Return what dev on devbox sees when node answers on 127.0.0.1:3000."""
    target = Target(input="3000", host="127.0.0.1", port=3000)
    at = dt.datetime(2025, 11, 22, 14, 6, 0, tzinfo=CET)
    return r.Report(
        porttui="0.1.0",
        at=at,
        question=Question.CONNECT,
        target=r.ReportTarget.of(target, ("127.0.0.1",)),
        verdict=r.Verdict(
            code="healthy",
            title="It works",
            summary="node answers: HTTP 200 in 4 ms.",
            severity=r.Severity.OK,
            confidence=r.Confidence.CERTAIN,
            step=None,
            evidence=(r.Evidence(text="GET /\tHTTP 200, text/html", source="GET /"),),
        ),
        ruled_out=RULED_OUT,
        unseen=(
            r.ReportUnseen(
                what="firewall rules", reason="need root", how_to_see="nft list ruleset", needs_root=True, matters=False
            ),
        ),
        steps=(
            step("name", "pass", "127.0.0.1 is devbox itself (you are here over ssh)", 0.0),
            step("bind", "skipped", "taken, as it should be: node serves 3000"),
            step("listener", "pass", "127.0.0.1:3000, queue 0 of 511", 3.1),
            step("path", "pass", "open in 0.1 ms", 0.1),
            step("probe", "pass", "HTTP 200 in 4 ms", 4.0),
            step("firewall", "pass", "the connection opened, so no rule blocks it"),
        ),
        firewall=r.Firewall(verdict="accept", backends=(_unread_nftables(),)),
        asked=(r.Side(endpoint="127.0.0.1:3000", family="IPv4", text="open, HTTP 200"),),
        found=(r.Side(endpoint="127.0.0.1:3000", family="IPv4", text="node, pid 3990 (server.js, in ~/shop)"),),
        facts=_devbox_facts(target, at=at, outcome="open"),
    )


def report_of(
    code: str = "nothing-listening",
    *,
    severity: r.Severity = r.Severity.FAULT,
    confidence: r.Confidence = r.Confidence.CERTAIN,
    summary: str = "Nothing listens on port 4000.",
    at_step: r.Step | None = r.Step.LISTENER,
    question: Question = Question.CONNECT,
    also: tuple[r.Verdict, ...] = (),
    unseen: tuple[r.ReportUnseen, ...] = (),
    remedies: tuple[r.Remedy, ...] = (),
    evidence: tuple[r.Evidence, ...] = (),
    ruled_out: tuple[r.RuledOut, ...] = (),
) -> r.Report:
    """Return a small report about 127.0.0.1:4000 on devbox."""
    target = Target(input="4000", host="127.0.0.1", port=4000)
    facts = _devbox_facts(target, question=question)
    return r.Report(
        porttui="0.1.0",
        at=facts.at,
        question=question,
        target=r.ReportTarget.of(target, ("127.0.0.1",)),
        verdict=verdict_of(
            code, severity=severity, confidence=confidence, summary=summary, at_step=at_step, evidence=evidence
        ),
        also=also,
        ruled_out=ruled_out,
        unseen=unseen,
        steps=tuple(step(name.value, "fail" if name is at_step else "skipped", "as it is") for name in r.Step),
        remedies=remedies,
        asked=(r.Side(endpoint="127.0.0.1:4000", family="IPv4", text="refused"),),
        facts=facts,
    )


def verdict_of(
    code: str = "nothing-listening",
    *,
    severity: r.Severity = r.Severity.FAULT,
    confidence: r.Confidence = r.Confidence.CERTAIN,
    summary: str = "Nothing listens on port 4000.",
    at_step: r.Step | None = r.Step.LISTENER,
    evidence: tuple[r.Evidence, ...] = (),
) -> r.Verdict:
    """Return a verdict whose title is its code in words."""
    return r.Verdict(
        code=code,
        title=code.replace("-", " ").capitalize(),
        summary=summary,
        severity=severity,
        confidence=confidence,
        step=at_step,
        evidence=evidence,
    )


def step(
    name: str, status: str, summary: str, ms: float | None = None, evidence: tuple[r.Evidence, ...] = ()
) -> r.StepResult:
    """Return one of the six steps by the words of the JSON."""
    return r.StepResult(name=r.Step(name), status=r.Status(status), summary=summary, ms=ms, evidence=evidence)


def _ipv6_only_remedies() -> tuple[r.Remedy, ...]:
    return (
        r.Remedy(
            way="A",
            title="Ask for the address that listens",
            risk=r.Risk.SAFE,
            proof="http://localhost:5173",
            tried="HTTP 200",
            steps=(r.RemedyStep(text="In the program that showed the error, write", url="http://localhost:5173"),),
        ),
        r.Remedy(
            way="B",
            title="Let vite listen on 127.0.0.1",
            risk=r.Risk.RESTARTS,
            cost="restarts vite",
            proof="127.0.0.1:5173",
            steps=(
                r.RemedyStep(text="In the terminal where vite runs (pts/2) press ctrl+c."),
                r.RemedyStep(text="There, start it again:", argv=("npm", "run", "dev", "--", "--host", "127.0.0.1")),
                r.RemedyStep(
                    text="To keep it so, in vite.config.js:",
                    edit=r.Edit(file="vite.config.js", text="server: { host: '127.0.0.1' }"),
                ),
            ),
            note="Not plain --host: that opens the server to your whole network.",
        ),
    )


def _unread_nftables() -> f.FirewallBackend:
    return f.FirewallBackend(
        name="nftables",
        installed=True,
        unseen=f.Unseen(what="firewall rules", reason="need root", how_to_see="nft list ruleset", needs_root=True),
    )


def _listener(address: str, port: int, pid: int, started: dt.datetime, *argv: str) -> tuple[f.Socket, f.Process]:
    row = f.Socket(
        protocol="tcp",
        state="LISTEN",
        address=address,
        port=port,
        queue=0,
        backlog=511,
        uid=1000,
        user="dev",
        inode=80000 + pid,
        v6only=True if ":" in address else None,
        pids=(pid,),
        owner_by="descriptor",
    )
    process = f.Process(
        pid=pid,
        name=argv[0],
        argv=argv,
        user="dev",
        uid=1000,
        state="S",
        started=started,
        cwd="/home/dev/shop",
        terminal="pts/2",
        ancestors=(
            f.Ancestor(pid=1, name="systemd"),
            f.Ancestor(pid=812, name="sshd"),
            f.Ancestor(pid=3301, name="bash"),
            f.Ancestor(pid=4102, name="npm"),
        ),
        cpu_percent=0.3,
        memory=112_000_000,
        threads=11,
        open_files=31,
        open_files_limit=1024,
    )
    return row, process


def _devbox_facts(
    target: Target | None = None,
    *,
    at: dt.datetime | None = None,
    question: Question = Question.CONNECT,
    outcome: str = "ECONNREFUSED",
) -> f.Facts:
    target = target or Target(input="connect ECONNREFUSED 127.0.0.1:5173", host="127.0.0.1", port=5173)
    day = dt.datetime(2025, 11, 22, tzinfo=CET)
    shop, shop_process = _listener(
        "127.0.0.1", 3000, 3990, day.replace(hour=13, minute=41, second=30), "node", "server.js"
    )
    vite, vite_process = _listener(
        "::1", 5173, 4121, day.replace(hour=13, minute=58, second=2), "node", "/home/dev/shop/node_modules/.bin/vite"
    )
    return f.Facts(
        at=at or day.replace(hour=14, minute=2, second=11),
        os="linux",
        asked=Asked(
            target=target, question=question, read_from="127.0.0.1:5173" if "ECONNREFUSED" in target.input else ""
        ),
        privileges=f.Privileges(user="dev", uid=1000),
        host=f.Host(
            name="devbox",
            release="6.18.0",
            ssh=f.Ssh(client="192.168.4.7", server="192.168.4.20", server_port=22),
            systemd=True,
        ),
        interfaces=(
            f.Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1", "::1")),
            f.Interface(name="eth0", up=True, addresses=("192.168.4.20",)),
        ),
        name=f.Name(host=target.host, literal=True, addresses=("127.0.0.1",), localhost=("::1", "127.0.0.1"), ms=0.01),
        routes=(f.Route(destination="127.0.0.1", kind="local", interface="lo", source="127.0.0.1"),),
        sockets=f.Sockets(
            rows=(
                f.Socket(
                    protocol="tcp", state="LISTEN", address="0.0.0.0", port=22, uid=0, user="root", unit="ssh.service"
                ),
                shop,
                vite,
                f.Socket(
                    protocol="tcp",
                    state="LISTEN",
                    address="127.0.0.1",
                    port=5432,
                    uid=110,
                    user="postgres",
                    unit="postgresql@15-main.service",
                ),
            ),
            total=41,
            source="netlink",
            unseen=(
                f.Unseen(what="owners of 2 listeners", reason="needs root", how_to_see="ss -ltnp", needs_root=True),
            ),
            ms=3.1,
        ),
        processes=(shop_process, vite_process),
        attempts=(
            f.Attempt(
                address="127.0.0.1",
                port=target.port,
                outcome=outcome,
                ms=0.1,
                burst={"Tcp.OutRsts": 1} if outcome == "ECONNREFUSED" else {},
            ),
        ),
        exchanges=(),
        proxies=(),
        firewall=(_unread_nftables(),),
        took={"sockets": 3.1, "connect": 0.1},
        done=True,
    )


def _web3_facts(target: Target, *, user: str, at: dt.datetime, listener: f.Socket, outcome: str) -> f.Facts:
    return f.Facts(
        at=at,
        os="linux",
        asked=Asked(target=target),
        privileges=f.Privileges(user=user, uid=65534 if user == "nobody" else 1001),
        host=f.Host(name="web3", release="6.18.0", systemd=True),
        interfaces=(
            f.Interface(name="lo", up=True, loopback=True, addresses=("127.0.0.1", "::1")),
            f.Interface(name="eth0", up=True, addresses=("10.20.0.14",)),
        ),
        name=f.Name(
            host=target.host, literal=target.host == "10.20.0.14", addresses=("10.20.0.14",), localhost=("127.0.0.1",)
        ),
        routes=(f.Route(destination="10.20.0.14", kind="local", interface="lo", source="10.20.0.14"),),
        sockets=f.Sockets(rows=(listener,), total=63, source="netlink", ms=2.9),
        processes=(),
        attempts=(
            f.Attempt(
                address="10.20.0.14",
                port=target.port,
                outcome=outcome,
                ms=0.2 if outcome == "open" else 3000.0,
                whole={} if outcome == "open" else {"Ip.InReceives": 3, "Ip.InDelivers": 0},
            ),
        ),
        exchanges=(),
        proxies=(),
        firewall=(_unread_nftables(),),
        timeout=3.0,
        done=True,
    )


def _nobody_facts() -> f.Facts:
    return _web3_facts(
        Target(input="10.20.0.14:8080", host="10.20.0.14", port=8080),
        user="nobody",
        at=_NOBODY_AT,
        listener=f.Socket(
            protocol="tcp",
            state="LISTEN",
            address="0.0.0.0",
            port=8080,
            queue=0,
            backlog=128,
            uid=33,
            user="www-data",
        ),
        outcome="timeout",
    )


_NOBODY_AT = dt.datetime(2025, 11, 22, 3, 12, 41, tzinfo=dt.UTC)
_NOBODY_TARGET = r.ReportTarget(
    input="10.20.0.14:8080",
    host="10.20.0.14",
    port=8080,
    scheme=None,
    addresses=("10.20.0.14",),
    text="10.20.0.14:8080",
)
_NOBODY_FIRST_STEPS = (
    step("name", "pass", "10.20.0.14 is an address of web3", 0.0),
    step("bind", "skipped", "taken, as it should be: somebody serves 8080"),
    step("listener", "pass", "0.0.0.0:8080, queue 0 of 128", 2.9),
)
_NO_ANSWER = r.Side(endpoint="10.20.0.14:8080", family="IPv4", text="no answer in 3.0 s")
_WWW_DATA = r.Side(endpoint="0.0.0.0:8080", family="IPv4", text="user www-data, program: can't see")
