r"""A reverse proxy answers, and the program behind it does not.

A reverse proxy is a server that stands in front of other servers: it takes each request and passes it on to a program
behind it, the upstream. nginx, Apache, Caddy, Traefik and HAProxy do this. When the program does not let it in, or
answers nonsense, the proxy has to say something in its own name, and that is 502 Bad Gateway (RFC 9110, 15.6.3). The
port that you asked is fine; what fails is one hop further, and from here only the proxy can see it.

It comes about when the application has crashed or was never started, and nginx goes on to stand at port 80; when both
are containers and the proxy says `proxy_pass http://localhost:3000`, where localhost is the proxy's own container;
when the application listens on [::1] and the proxy asks 127.0.0.1; or, on Red Hat systems, when SELinux forbids nginx
to connect. In the seconds after `docker compose up` it is simply too early.

How porttui knows: the answer has the status 502, which programs seldom send of their own accord, and it names its
author in the header Server. A proxy says the same of a program that lives and breaks off in the middle, so the verdict
is no more than likely. Which address the proxy tried stands only in the proxy's log.

What looks the same and is not: http-server-error (the program itself answers with an error; 504 is among them: the
program is reached, and is slow), proxy-env (a proxy of your own environment says 502, and asked directly all is
well), nothing-listening (what you get when you ask the upstream's address yourself).

To fix it, find the address in the proxy's log, after the word upstream: `sudo tail -n 20 /var/log/nginx/error.log` on
Linux, `tail -n 20 /opt/homebrew/var/log/nginx/error.log` on macOS, `Get-Content -Tail 20 logs\error.log` in nginx's
folder on Windows, `docker compose logs proxy`. Then ask porttui about that address, `porttui check 127.0.0.1:3000`,
which is where the fault is. "Permission denied" in that line is SELinux:
`sudo setsebool -P httpd_can_network_connect 1`. Between containers write the service's name,
`proxy_pass http://app:3000`.

To keep it from coming back, let a service manager restart the program, and give it a health check that the proxy
waits for (`condition: service_healthy` in a compose file), so that nobody is sent to a door with no one behind it.
"""

from __future__ import annotations

from itertools import pairwise

from porttui.faults.fault import Fault, Found, Outcome, RuledOut, Stop
from porttui.faults.shared import not_the_probe
from porttui.model.facts import Exchange, Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, redirects, seen, words
from porttui.remedies import service

GATEWAY = frozenset({502})
"""The status that only a proxy sends, about a program behind it that refuses or is down (504: it is slow)."""


def check(facts: Facts) -> Outcome:
    """Find it when the answer has a gateway's status."""
    first = not_the_probe(facts)
    if first is not None:
        return first
    answered = _gateway(facts)
    if answered is None or answered.http is None:
        return RuledOut(because="no answer had the status 502")
    server = answered.http.header("server") or "The proxy"
    return Found(
        summary=f"{server} on port {answered.port} answers 502: probably the program behind it is down.",
        gloss="A reverse proxy passes requests on; the program behind it refused, or broke off without an answer.",
        confidence=Confidence.LIKELY,
        evidence=(
            *evidence.exchanged((answered,)),
            *redirects.told(facts),
            Evidence(text=f"Server\t{server}", source="GET"),
        ),
    )


def _gateway(facts: Facts) -> Exchange | None:
    return next(
        (e for e in redirects.heard(facts) if e.http is not None and e.http.status in GATEWAY),
        None,
    )


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Find the upstream in the proxy's log, and ask about that one."""
    answered = _gateway(facts)
    server = (answered.http.header("server") if answered and answered.http else None) or ""
    machine = words.machine(facts)
    log = RemedyStep(text="Read in the proxy's log which address it tries")
    if server.startswith("nginx"):
        log = _nginx_log(facts)
    return (
        Remedy(
            title="Start the program behind the proxy",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=(
                log,
                RemedyStep(
                    text="Ask porttui about that address: it is the one that fails, as in porttui localhost:3000",
                    where=machine,
                ),
                RemedyStep(
                    text="Start the program there; where it listens elsewhere now, write that address into the proxy's"
                    " settings, and let the proxy read them"
                ),
            ),
        ),
    )


def _nginx_log(facts: Facts) -> RemedyStep:
    """Return the step that reads nginx's error log where its packages put it."""
    text = "See which address nginx tries: after upstream, in the last lines"
    if facts.os == "windows":
        argv: tuple[str, ...] = ("Get-Content", "-Tail", "20", "logs\\error.log")
        return RemedyStep(text=text, where="PowerShell, in nginx's folder", argv=argv)
    if facts.os == "macos":
        argv = ("tail", "-n", "20", "/opt/homebrew/var/log/nginx/error.log")
        return RemedyStep(text=text, where=words.machine(facts), argv=argv)
    own = _settings_of_its_own(facts)
    if own is not None:
        named = f"the file that error_log names in {own or 'its own settings'}"
        return RemedyStep(text=f"See which address nginx tries: after upstream, in the last lines of {named}")
    argv = ("tail", "-n", "20", "/var/log/nginx/error.log")
    return RemedyStep(text=text, where=words.machine(facts), argv=argv, needs_root=True)


def _settings_of_its_own(facts: Facts) -> str | None:
    """Return the file of `nginx -c FILE`, empty when another option moves the log; None with the packages' settings.

    The master process shows the command line that it was started with, "nginx: master process nginx -c FILE".
    """
    for process in (one for row in seen.listeners(facts) for one in seen.owners(facts, row)):
        line = " ".join(process.argv).split()
        if {"-p", "-e", "error_log"} & set(line):
            return ""
        chosen = next((value for option, value in pairwise(line) if option == "-c"), "/etc/nginx/nginx.conf")
        if chosen != "/etc/nginx/nginx.conf":
            return chosen
    return None


FAULT = Fault(
    code="upstream-dead-502",
    step=Step.PROBE,
    stop=Stop.PROTOCOL,
    title="A reverse proxy answers, and the program behind it does not",
    explanation=__doc__,
    check=check,
    remedies=remedies,
)
