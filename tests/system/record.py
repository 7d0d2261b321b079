"""Record the facts of staged faults for tests/data/recorded/: the screenshots are made of them.

``python -m tests.system.record [NAME...]``, as root. What was seen stays as it was; only what tells where that was is
replaced: the machine is devbox, the user dev, the folder ~/shop, and the first look of a story is at 14:02:11.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.servers import make_certificate
from tests.system.nginx import start_nginx
from tests.system.people import CHECKOUT, Person
from tests.system.stage import Namespace, Server
from tests.system.tls_server import trusting

FOLDER = CHECKOUT / "tests/data/recorded"
_BEGIN = dt.datetime(2025, 11, 22, 14, 2, 11, tzinfo=dt.timezone(dt.timedelta(hours=1)))
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:\d\d)")
_CHAIN = (
    {"pid": 1, "name": "systemd", "argv": ["/sbin/init"]},
    {"pid": 2101, "name": "sshd", "argv": ["sshd: dev@pts/2"]},
    {"pid": 2102, "name": "bash", "argv": ["-bash"]},
)
_HOST = {"name": "devbox", "release": "6.1.0", "systemd": True}
_GUARD = """
table ip filter {
chain OUTPUT {
type filter hook output priority 0; policy accept;
tcp dport 25 drop
}
chain INPUT {
type filter hook input priority 0; policy accept;
}
}
table inet guard {
set banned {
type ipv4_addr
elements = { 10.231.8.66 }
}
chain input {
type filter hook input priority 10; policy accept;
iifname "lan0" tcp dport 22 accept
ct state established,related accept
ip saddr @banned drop comment "was noisy"
tcp dport 8080 reject with tcp reset comment "block dev ports"
}
}
"""
Told = dict[str, Any]


def main() -> int:
    """Record what is named on the command line, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for story in (_moved, _nobody, _rule, _paused, _taken, _expired, _upstream, _missing, _dropped, _lost):
        if not sys.argv[1:] or story.__name__.strip("_") in sys.argv[1:]:
            with (
                tempfile.TemporaryDirectory(prefix="porttui-") as name,
                Namespace(lan=story in (_rule, _lost)) as stage,
            ):
                shop = Path(name)
                shop.chmod(0o755)
                _write(story(stage, shop), shop)
    return 0


def _write(story: dict[str, Told], shop: Path) -> None:
    """Write the facts of a story, all of them earlier by as much as its first look is later than 14:02:11."""
    first = dt.datetime.fromisoformat(next(iter(story.values()))["at"])
    for name, facts in story.items():
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(_neutral(facts, _BEGIN - first, shop), indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"recorded {path.name}\n")


def _neutral(facts: Told, earlier: dt.timedelta, shop: Path) -> Told:
    def text(value: str) -> str:
        value = _TIME.sub(lambda found: _moment(found[0], earlier), value)
        return value.replace(str(shop), "/home/dev/shop")

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            found = {each: walk(inner, each) for each, inner in value.items()}
            return _process(found) if "argv" in found and "ancestors" in found else found
        if isinstance(value, list):
            return [walk(each) for each in value]
        if isinstance(value, str):
            return "dev" if key == "user" and value == "nobody" else text(value)
        return 1000 if key == "uid" and value == 65534 else value

    told: Told = walk(facts)
    told |= {"host": _HOST, "own": [2210, 2102, 2101, 1], "environment": {}}
    if told["name"]:
        told["name"]["resolver"] = None
    return told


def _moment(found: str, earlier: dt.timedelta) -> str:
    return (dt.datetime.fromisoformat(found) + earlier).astimezone(_BEGIN.tzinfo).isoformat()


def _process(process: Told) -> Told:
    """Start a process from a terminal of dev, or from systemd when it is of root."""
    mine = process["user"] == "dev"
    where = {"ancestors": list(_CHAIN) if mine else list(_CHAIN[:1]), "terminal": "pts/2" if mine else None}
    process["cwd"] = "/home/dev/shop" if mine else process["cwd"]
    return process | where | {"unit": None, "manager": None, "container": None, "restart": None, "main_pid": None}


def _serve(stage: Namespace, shop: Path, port: int, address: str, person: Person = Person.NOBODY) -> Server:
    line = f"cd {shop} && exec python3 -m http.server {port} --bind {address}"
    return stage.serve(port, "sh", "-c", line, person=person)


def _moved(stage: Namespace, shop: Path) -> dict[str, Told]:
    """A server on ::1 only, ended, and started again on 127.0.0.1."""
    asked = "connect ECONNREFUSED 127.0.0.1:8000"
    server = _serve(stage, shop, 8000, "::1")
    broken = stage.check(asked, person=Person.NOBODY)
    server.process.kill()
    server.process.wait()
    ended = stage.check(asked, "--settle=0", person=Person.NOBODY)
    _serve(stage, shop, 8000, "127.0.0.1")
    fixed = stage.check(asked, "--settle=0", person=Person.NOBODY)
    return {name: one.report["facts"] for name, one in (("moved-1", broken), ("moved-2", ended), ("moved-3", fixed))}


def _nobody(stage: Namespace, shop: Path) -> dict[str, Told]:
    """Nothing listens."""
    answer = stage.check("localhost:3000", "--settle=0", person=Person.NOBODY)
    return {"nothing-listening": answer.report["facts"]}


def _rule(stage: Namespace, shop: Path) -> dict[str, Told]:
    """A rule answers in place of the server; the rules are kept, so that other senders can be asked about."""
    _serve(stage, shop, 8080, "0.0.0.0")
    stage.nft(_GUARD)
    for options, ending in (("-j", "json"), ("-a", "txt")):
        path = FOLDER / f"rules/fw-reject-reset.{ending}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(stage.run("nft", options, "list", "ruleset"), encoding="utf-8")
    return {"fw-reject-reset": stage.check("127.0.0.1:8080", person=Person.ROOT).report["facts"]}


def _paused(stage: Namespace, shop: Path) -> dict[str, Told]:
    """A server is paused."""
    server = _serve(stage, shop, 8000, "127.0.0.1")
    server.pause()
    answer = stage.check("http://localhost:8000/", "--timeout=2", person=Person.NOBODY)
    server.resume()
    after = stage.check("http://localhost:8000/", person=Person.NOBODY)
    return {"sigstopped": answer.report["facts"], "resumed": after.report["facts"]}


def _taken(stage: Namespace, shop: Path) -> dict[str, Told]:
    """The port is taken."""
    _serve(stage, shop, 8000, "127.0.0.1")
    asked = "OSError: [Errno 98] Address already in use: ('127.0.0.1', 8000)"
    return {"port-taken": stage.check(asked, "--bind", person=Person.NOBODY).report["facts"]}


def _expired(stage: Namespace, shop: Path) -> dict[str, Told]:
    """A certificate has expired, and the program behind it is down."""
    pair = make_certificate(shop, names="DNS:localhost", days=-1)
    tls = f"listen 127.0.0.1:8443 ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
    start_nginx(stage, shop, 8443, f"{tls} location / {{ proxy_pass http://127.0.0.1:3000; }}")
    answer = stage.check("https://localhost:8443/app", person=Person.NOBODY, environment=trusting(pair))
    return {"cert-expired": answer.report["facts"]}


def _upstream(stage: Namespace, shop: Path) -> dict[str, Told]:
    """The program behind a proxy is down."""
    server = "listen 127.0.0.1:8080; location / { proxy_pass http://127.0.0.1:3000; }"
    start_nginx(stage, shop, 8080, server)
    answer = stage.check("http://localhost:8080/", person=Person.NOBODY)
    return {"upstream-dead-502": answer.report["facts"]}


def _missing(stage: Namespace, shop: Path) -> dict[str, Told]:
    """A page is missing, which is no fault of the connection."""
    _serve(stage, shop, 8000, "127.0.0.1")
    answer = stage.check("http://localhost:8000/old/page", person=Person.NOBODY)
    return {"http-client-error": answer.report["facts"]}


def _dropped(stage: Namespace, shop: Path) -> dict[str, Told]:
    """A rule drops what comes in, seen by somebody who may read no rules and see no processes of others."""
    _serve(stage, shop, 8080, "127.0.0.1", person=Person.ROOT)
    stage.filter("input", "tcp dport 8080 drop")
    answer = stage.check("127.0.0.1:8080", "--timeout=2", person=Person.NOBODY)
    return {"fw-drop-input": answer.report["facts"]}


def _lost(stage: Namespace, shop: Path) -> dict[str, Told]:  # as all stories are called
    """What is sent to another machine is lost on its way."""
    stage.run("ip", "neighbour", "add", "10.231.8.77", "lladdr", "02:00:00:00:00:77", "dev", "lan0")
    answer = stage.check("10.231.8.77:8443", "--timeout=2", person=Person.NOBODY)
    return {"undetermined": answer.report["facts"]}


if __name__ == "__main__":
    sys.exit(main())
