"""Where a program that only hands connections on sends them: its far end, by its own command line.

docker-proxy, ssh, kubectl port-forward, socat and systemd's activators say on their command line where they listen and
what is behind them, and a command line is readable by everybody. Nothing is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from msgspec.structs import replace

from porttui.model.address import endpoint
from porttui.model.base import Value
from porttui.reading import forwarders

Kind = Literal["container", "ssh", "ssh-remote", "ssh-socks", "sshd", "pod", "relay", "activator", "editor"]


class Forward(Value, frozen=True, kw_only=True):
    """One way on, from a port here to somewhere else."""

    kind: Kind
    """container: docker-proxy; ssh: -L; ssh-remote: -R, which listens on the other machine; ssh-socks: -D; sshd: the
    server's end of somebody's -R; pod: kubectl port-forward; relay: socat, systemd-socket-proxyd; activator:
    systemd-socket-activate; editor: VS Code and its kin."""
    program: str
    """Its name: "docker-proxy", "ssh"."""
    address: str = ""
    """Where it listens; empty when its command line does not tell."""
    port: int | None = None
    """None when its command line does not tell: then every port that it holds may be meant."""
    host: str = ""
    """The far end, a name or an address; empty when not told."""
    host_port: int | None = None
    path: str = ""
    """The far end when it is a unix socket."""
    via: str = ""
    """The machine or pod from which the far end is seen; empty: from this machine."""
    via_port: int | None = None
    """The port of the SSH server there; None when not told: ssh's settings decide, and their default is 22."""
    hops: bool = False
    """It gets to `via` by way of a third machine, or by rules of its own (ProxyJump, ProxyCommand, HostName)."""
    command: tuple[str, ...] = ()
    """What an activator starts."""
    each: bool = False
    """An activator starts the command anew for each connection (Accept=yes)."""


def forwards(argv: Sequence[str]) -> tuple[Forward, ...]:
    """Read the forwards from a command line; () for a program that is no forwarder, or whose words make no sense.

    Args:
        argv: the command line, program first; other people's text.
    """
    if not forwarders.may_forward(argv):
        return ()
    title = argv[0].split(" ")
    program = forwarders.program(argv)
    if program in {"sshd:", "sshd-session:"} or (program == "ssh:" and "[mux]" in argv[0]):
        return _by_title(program, argv[0])
    if len(argv) == 1 and len(title) > 1 and program in _READ_BY_WORDS:
        argv = title  # a process may write its whole title into one argument
    if program == "docker-proxy":
        return _docker_proxy(argv)
    if program in forwarders.SSH:
        return tuple(_Ssh(argv).forwards())
    if program == "socat":
        return _socat(argv)
    if program in forwarders.KUBECTL:
        return _kubectl(argv)
    if program == "systemd-socket-activate":
        return _socket_activate(argv)
    if program == "systemd-socket-proxyd":
        return _socket_proxyd(argv)
    if forwarders.is_editor(argv):
        return (Forward(kind="editor", program="VS Code"),)
    return ()


def leading_from(argv: Sequence[str], port: int) -> Forward | None:
    """Return the forward of a program that holds `port`; None when it is no forwarder, or not of this port."""
    found = [each for each in forwards(argv) if each.kind != "ssh-remote"]
    for fits in (port, None):
        for each in found:
            if each.port == fits:
                return each
    if _program(argv) in {"ssh", "autossh"}:  # it holds the port and does not name it: its settings file does
        via = next((each.via for each in forwards(argv)), "")
        return Forward(kind="ssh", program="ssh", port=port, via=via)
    return None


def leads_to(argv: Sequence[str], port: int) -> str:
    """Tell where the program that holds a port hands its connections on to; empty when it keeps them."""
    forward = leading_from(argv, port)
    text = told(forward) if forward is not None else ""
    return text.removeprefix("leads to ") if text.startswith("leads to ") else ""


def ports(argv: Sequence[str]) -> frozenset[int] | None:
    """Return the ports that a forwarder listens on here; None for a program that is none, or that does not tell."""
    found = forwards(argv)
    told = frozenset(each.port for each in found if each.port is not None and each.kind != "ssh-remote")
    if not told and not (_program(argv) in {"ssh", "autossh"} or any(each.kind == "pod" for each in found)):
        return None
    return told


def told(forward: Forward) -> str:
    """Tell where a forward leads, in a few words: "leads to 172.17.0.2:80", "leads to db:5432 as bastion sees it"."""
    end = forward.path or (endpoint(forward.host, forward.host_port) if forward.host and forward.host_port else "")
    if forward.kind == "ssh-socks":
        return f"SOCKS proxy through {forward.via}" if forward.via else "SOCKS proxy"
    if forward.kind == "sshd":
        return f"leads to where {forward.via or 'somebody'} logged in from, by ssh -R"
    if forward.kind == "activator":
        return f"starts {' '.join(forward.command)[:60]} at a connection" if forward.command else "starts a program"
    if forward.kind == "editor":
        return "leads to the machine that the editor works on"
    if forward.kind == "pod":
        return f"leads to port {forward.host_port} of {forward.via}"
    if not end and forward.kind == "relay":
        return f"starts {' '.join(forward.command)[:60]} for a connection" if forward.command else "hands them on"
    if not end:
        return f"leads to {forward.via}, by its own settings" if forward.via else "leads elsewhere, by its own settings"
    return f"leads to {end}" + (f" as {forward.via} sees it" if forward.via else "")


_READ_BY_WORDS = {"docker-proxy", "ssh", "autossh", "socat", "kubectl", "systemd-socket-activate"}
_LOGIN = r"^sshd(?:-session)?: ([^\s@\[/]{1,64})(?:@(?:pts/\d+|notty|\d+))?$"
"""What OpenSSH writes over the command line of a session: "sshd: ana@pts/0". The server's own begins with a path, that
of a login under way ends with [priv] or [net]."""


def _program(argv: Sequence[str]) -> str:
    return argv[0].split(" ")[0].rpartition("/")[2].rstrip(":").removesuffix(".exe") if argv else ""


def _by_title(program: str, title: str) -> tuple[Forward, ...]:
    if program == "ssh:":
        return (Forward(kind="ssh", program="ssh"),)
    login = re.match(_LOGIN, title.strip())
    return (Forward(kind="sshd", program="sshd", via=login[1]),) if login else ()


def _docker_proxy(argv: Sequence[str]) -> tuple[Forward, ...]:
    """Read docker-proxy's options, which Go's flag package takes with one dash or two, apart or with "="."""
    words = [part for word in argv[1:] for part in (word.split("=", 1) if word.startswith("-") else [word])]
    value = {option.lstrip("-"): given for option, given in pairwise(words) if option.startswith("-")}
    if value.get("proto", "tcp") != "tcp":
        return ()
    address, host = _address(value.get("host-ip", "")), _address(value.get("container-ip", ""))
    port, inside = _port(value.get("host-port", "")), _port(value.get("container-port", ""))
    if port is None:
        return ()
    return (Forward(kind="container", program="docker-proxy", address=address, port=port, host=host, host_port=inside),)


class _Ssh:
    """The command line of ssh(1), read as ssh does: options may be bundled, and may follow the host."""

    _TAKE_A_VALUE = frozenset("bceilmopBDEFIJLOPQRSWw")

    def __init__(self, argv: Sequence[str]) -> None:
        self.options: list[tuple[str, str]] = []
        self.destination = ""
        if _program(argv) == "autossh":  # -M port and -f are its own, the rest is for ssh
            argv = _without_option(argv, "-M")
        at = 1
        while at < len(argv):
            word = argv[at]
            at += 1
            if word == "--":
                continue
            if not word.startswith("-") or word == "-":
                if self.destination:
                    break  # the command to run over there
                self.destination = word
                continue
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter not in self._TAKE_A_VALUE:
                    self.options.append((letter, ""))
                    continue
                if not letters and at < len(argv):
                    letters = argv[at]
                    at += 1
                self.options.append((letter, letters))
                break

    def forwards(self) -> Iterator[Forward]:
        settings = [setting for letter, value in self.options if letter == "o" and (setting := _setting(value))]
        given = dict(reversed(settings))  # the first one counts (ssh_config(5))
        host, port = _destination(self.destination)
        for letter, value in self.options:
            port = (_port(value) or port) if letter == "p" else port
        port = port or _port(given.get("port", ""))
        hops = any(letter == "J" for letter, _ in self.options) or bool(
            {"proxyjump", "proxycommand", "hostname"} & given.keys()
        )
        kinds: dict[str, Kind] = {"L": "ssh", "R": "ssh-remote", "D": "ssh-socks"}
        names = {"localforward": "L", "remoteforward": "R", "dynamicforward": "D"}
        wanted = [(letter, _fields(value)) for letter, value in self.options if letter in kinds]
        wanted += [
            (names[name], [field for word in value.split()[:2] for field in _fields(word)])
            for name, value in settings
            if name in names
        ]
        for letter, fields in wanted:
            read = _ends(fields, socks=letter == "D")
            if read is None:
                continue
            address, listening, end, end_port, path = read
            yield Forward(
                kind=kinds[letter], program="ssh", address=address, port=listening, host=end, host_port=end_port,
                path=path, via=host, via_port=port, hops=hops,
            )  # fmt: skip


def _without_option(argv: Sequence[str], option: str) -> list[str]:
    at = next((at for at, word in enumerate(argv) if word.startswith(option)), None)
    if at is None:
        return list(argv)
    return [*argv[:at], *argv[at + (2 if argv[at] == option else 1) :]]


def _setting(value: str) -> tuple[str, str] | None:
    """Read one -o: "Name value" or "Name=value" (ssh_config(5))."""
    found = re.match(r"\s*([A-Za-z]+)\s*(?:=|\s)\s*(.*)$", value, re.DOTALL)
    return (found[1].lower(), found[2].strip().strip('"')) if found else None


def _destination(word: str) -> tuple[str, int | None]:
    """Read [user@]host or ssh://[user@]host[:port]."""
    uri = word.removeprefix("ssh://")
    host = uri.rpartition("@")[2]
    if uri == word:
        return host, None
    fields = _fields(host.partition("/")[0])
    return (fields[0] if fields else ""), _port(fields[1]) if len(fields) > 1 else None


def _fields(text: str) -> list[str]:
    """Split at colons outside of square brackets, and drop the brackets; "a/1/b/2", the old form, at slashes."""
    parts = text.split("/")
    if ":" not in text and len(parts) in {3, 4} and parts[0] and parts[-1].isdigit():
        return parts
    fields, inside = [""], False
    for letter in text[:512]:
        if letter in "[]":
            inside = letter == "["
        elif letter == ":" and not inside:
            fields.append("")
        else:
            fields[-1] += letter
    return fields


def _ends(fields: list[str], *, socks: bool) -> tuple[str, int, str, int | None, str] | None:
    """Read [bind:]port[:host:hostport] or [bind:]port:path: where it listens, and where it leads."""
    if len(fields) == 1 or socks or (len(fields) == 2 and _port(fields[1]) is not None and "/" not in fields[1]):
        port = _port(fields[-1]) if fields else None  # -D, and -R without a far end: SOCKS
        return (fields[0] if len(fields) == 2 else "", port, "", None, "") if port is not None else None
    if len(fields) in {2, 3} and "/" in fields[-1]:
        port = _port(fields[-2])
        return (fields[0] if len(fields) == 3 else "", port, "", None, fields[-1]) if port is not None else None
    if len(fields) in {3, 4}:
        port, end = _port(fields[-3]), _port(fields[-1])
        if port is not None and end is not None and fields[-2]:
            return (fields[0] if len(fields) == 4 else "", port, fields[-2], end, "")
    return None


def _socat(argv: Sequence[str]) -> tuple[Forward, ...]:
    """Read socat's two addresses, TYPE:PARAMETERS,OPTIONS each (socat(1))."""
    places: list[str] = []
    words = iter(argv[1:])
    for word in words:
        if word in {"-b", "-t", "-T", "-L", "-W", "-lf", "-r", "-R", "-lp"}:
            next(words, None)
        elif word == "-" or not word.startswith("-"):
            places.append(word)
    if len(places) != 2:
        return ()
    ends = [_socat_address(place) for place in places]
    at = next((at for at, (kind, _, _) in enumerate(ends) if re.search(r"-L(?:ISTEN)?$", kind)), None)
    if at is None or not re.match(r"TCP|OPENSSL|SSL", ends[at][0]):
        return ()
    _, params, options = ends[at]
    kind, far, _ = ends[1 - at]
    port = _port(params[0]) if params else None
    if port is None:
        return ()
    relay = Forward(
        kind="relay", program="socat", address=_address(options.get("bind", "")), port=port,
        command=tuple(":".join(far).split()) if kind in {"EXEC", "SYSTEM"} else (),
    )  # fmt: skip
    if kind.startswith("UNIX") and far:
        return (_with_end(relay, path=":".join(far)),)
    if re.match(r"(?:TCP[46]?|OPENSSL|SSL)(?:-CONNECT)?$", kind) and len(far) == 2:
        return (_with_end(relay, host=far[0], host_port=_port(far[1])),)
    return (relay,)


def _with_end(forward: Forward, **end: object) -> Forward:
    return replace(forward, **end)


def _socat_address(text: str) -> tuple[str, list[str], dict[str, str]]:
    first, *options = text.split(",")
    kind, _, params = first.partition(":")
    named = dict(option.partition("=")[::2] for option in options)
    return kind.upper(), _fields(params), named


_KUBECTL_VALUES = frozenset(
    """
    -n --namespace --context --kubeconfig --address --pod-running-timeout -s --server --cluster --user --token --as
    --as-group --request-timeout --certificate-authority --client-key --client-certificate -v --cache-dir
    """.split()  # noqa: SIM905
)


def _kubectl(argv: Sequence[str]) -> tuple[Forward, ...]:
    """Read kubectl port-forward TYPE/NAME [LOCAL:]REMOTE ... (kubectl port-forward --help)."""
    plain: list[str] = []
    address = ""
    words = iter(argv[1:])
    for word in words:
        name, _, value = word.partition("=")
        if word in _KUBECTL_VALUES:
            value = next(words, "")
        if name == "--address":
            address = value.partition(",")[0]
        if not word.startswith("-"):
            plain.append(word)
    if "port-forward" not in plain:
        return ()
    resource, *pairs = plain[plain.index("port-forward") + 1 :] or [""]
    found = []
    for pair in pairs:
        here, colon, there = pair.partition(":")
        end = _port(there if colon else here)
        if end is not None and resource:
            via = resource if "/" in resource else f"pod/{resource}"
            found.append(
                Forward(kind="pod", program="kubectl", address=address, port=_port(here), host_port=end, via=via)
            )
    return tuple(found)


def _socket_activate(argv: Sequence[str]) -> tuple[Forward, ...]:
    """Read systemd-socket-activate(1): -l ADDRESS as often as wanted, -a, and the command."""
    places: list[str] = []
    each = False
    at = 1
    while at < len(argv) and argv[at].startswith("-") and argv[at] != "--":
        word = argv[at]
        at += 1
        name, equals, value = word.partition("=")
        if name in {"--listen", "--setenv", "--fdname"}:
            value = value if equals else argv[at] if at < len(argv) else ""
            at += not equals
            places += [value] if name == "--listen" else []
            continue
        each = each or name == "--accept"
        letters = "" if word.startswith("--") else word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            each = each or letter == "a"
            if letter in "lE":
                if not letters and at < len(argv):
                    letters = argv[at]
                    at += 1
                places += [letters] if letter == "l" else []
                break
    command = tuple(argv[at + 1 :] if at < len(argv) and argv[at] == "--" else argv[at:])
    ends = [_listening(place) for place in places]
    return tuple(
        Forward(
            kind="activator", program="systemd-socket-activate", address=end[0], port=end[1], command=command, each=each
        )
        for end in ends
        if end is not None
    )


def _listening(text: str) -> tuple[str, int] | None:
    """Read "8080", "127.0.0.1:8080" or "[::1]:8080" (systemd.socket(5), ListenStream=)."""
    fields = _fields(text)
    port = _port(fields[-1]) if fields else None
    if port is None or len(fields) > 2:
        return None
    return (fields[0] if len(fields) == 2 else ""), port


def _socket_proxyd(argv: Sequence[str]) -> tuple[Forward, ...]:
    """Read systemd-socket-proxyd(8): its sockets come from systemd, its far end is its argument."""
    plain: list[str] = []
    words = iter(argv[1:])
    for word in words:
        if word in {"-c", "--connections-max", "--exit-idle-time"}:
            next(words, None)
        elif not word.startswith("-"):
            plain.append(word)
    if len(plain) != 1:
        return ()
    if "/" in plain[0]:
        return (Forward(kind="relay", program="systemd-socket-proxyd", path=plain[0]),)
    fields = _fields(plain[0])
    end = _port(fields[1]) if len(fields) == 2 else 80  # its default
    if end is None or not fields or not fields[0]:
        return ()
    return (Forward(kind="relay", program="systemd-socket-proxyd", host=fields[0], host_port=end),)


def _port(text: str) -> int | None:
    """Read a port number; None for anything else, also for a service's name."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    return int(text) if 0 < int(text) < 65536 else None


def _address(text: str) -> str:
    return text.strip("[]")
