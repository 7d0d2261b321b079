"""Which program a process runs, and what its relatives do for it: launchers, keepers, masters, shells.

Interpreters hide the program: npm, nodemon and vite are all called "node". Their command lines tell.
"""

from __future__ import annotations

import re
from itertools import pairwise

from porttui.model.facts import Ancestor, Facts, Process
from porttui.model.shell import quote

Kin = Process | Ancestor

SHELLS = frozenset("sh bash dash zsh fish ksh mksh ash tcsh csh nu elvish xonsh pwsh cmd.exe powershell.exe".split())  # noqa: SIM905
TERMINALS = frozenset("tmux screen zellij dtach abduco mosh-server".split())  # noqa: SIM905
"""Programs that keep the terminals of their user alive."""
LOGINS = frozenset("sshd sshd-session sshd-auth dropbear login systemd-logind tailscaled".split())  # noqa: SIM905
"""Programs by which people are logged in."""
LAUNCHERS = frozenset(
    """
    npm npx npm-cli npx-cli yarn yarnpkg pnpm pnpx bun bunx corepack make just task cargo go dotnet mvn mvnw gradle
    gradlew rake bundle poetry pipenv uv uvx hatch pdm tox nox sudo doas env time timeout nohup setsid nice stdbuf
    concurrently foreman honcho overmind manage flask next turbo nx lerna
    """.split()  # noqa: SIM905
)
"""Programs that start one program, wait for it and end with it."""
KEEPERS = {
    "supervisord": "supervisorctl stop",
    "pm2": "pm2 stop",
    "runsv": "sv stop",
    "s6-supervise": "s6-svc -d",
    "supervise": "svc -d",
    "supervise-daemon": "rc-service",
    "perpd": "perpctl d",
    "circusd": "circusctl stop",
    "god": "god stop",
    "forever": "forever stop",
    "immortal": "immortalctl halt",
}
"""Programs that start another one again when it ends, and the command that tells them not to."""
WATCHERS = frozenset(
    "nodemon watchexec entr air reflex ts-node-dev tsx cargo-watch watchmedo watchfiles gow wgo".split()  # noqa: SIM905
)
"""Programs that start another one again when a file changes, not when it ends."""
MASTERS = frozenset("gunicorn nginx apache2 httpd php-fpm unicorn puma uwsgi hypercorn granian postgres".split())  # noqa: SIM905
"""Servers whose first process replaces a worker that ends."""
NOT_SERVERS = frozenset(
    """
    sh bash dash zsh fish ksh ash busybox tmux screen sudo su doas env nohup timeout setsid nice ionice watch xargs
    curl wget telnet psql mysql redis-cli mongosh mongo http https httpie ab wrk hey k6 nmap ping traceroute tcpdump
    tshark strace ltrace gdb less more cat tail head grep rg sed awk vi vim nvim nano emacs man ss netstat lsof fuser
    nft iptables ip kill sleep git make docker podman porttui
    ssh-agent gpg-agent tee inotifywait ffmpeg
    """.split()  # noqa: SIM905  sixty words read better so
)
"""Programs that listen on no port themselves: shells, clients, editors, pagers, tools."""
_SPOILED = r"\(hidden\)|\\(?:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})|\.\.\.$"
"""What `porttui.model.printable` and `porttui.model.secrets` leave of words that they changed."""
_LONGEST = 400
_INTERPRETERS = ("node", "nodejs", "python", "ruby", "perl", "php", "bun", "deno", "java", *SHELLS)


def names(kin: Kin) -> frozenset[str]:
    """Return the names that a process goes by, in lower case: its own, its program's, and that of the script it runs.

    "node /usr/bin/nodemon.js" is node and nodemon; "gunicorn: master [app]" is gunicorn; "-bash" is bash; "python3 -m
    flask" is python3 and flask; "php-fpm8.2" is php-fpm as well.
    """
    found = {_plain(kin.name)}
    if kin.argv:
        found.add(_plain(kin.argv[0]))
        if _plain(kin.argv[0]).startswith(_INTERPRETERS):
            script = next((word for word in kin.argv[1:3] if not word.startswith("-")), "")
            found.add(_plain(script).removesuffix(".js").removesuffix(".py"))
    found |= {known for known in MASTERS if any(name.startswith(known) for name in found)}
    return frozenset(found - {""})


def _plain(text: str) -> str:
    """Return the program's name of a process title: no folder, no dash of a login shell, nothing after the colon."""
    words = text.strip().split()
    name = words[0].rstrip(":") if words else ""
    return name.partition(":")[0].rpartition("/")[2].rpartition("\\")[2].removeprefix("-").lower()


def names_port(kin: Kin, port: int) -> bool:
    """Tell whether a command line names a port as servers do: "5173", "--port=5173", ":5173", "-p5173"."""
    number = re.compile(rf"(?:.*[=:]|-[A-Za-z])?{port}")
    return any(number.fullmatch(word) for word in kin.argv[1:] if "://" not in word)


def is_shell(kin: Kin) -> bool:
    """Tell whether a process is a shell, whatever it does."""
    return bool(SHELLS & {_plain(kin.name), _plain(kin.argv[0]) if kin.argv else ""})


def is_interactive_shell(kin: Kin) -> bool:
    """Tell whether a person types into this shell: it was given neither a script nor a command (-c)."""
    if not is_shell(kin):
        return False
    options = [word for before, word in pairwise(kin.argv) if before not in ("--rcfile", "--init-file")]
    return all(word.startswith("-") and not re.fullmatch(r"-[a-z]*c[a-z]*", word) for word in options)


def parent(process: Process) -> Ancestor | None:
    """Return the process that started this one, or that has taken it over; None when not told."""
    return process.ancestors[-1] if process.ancestors else None


def launchers(process: Process) -> tuple[Ancestor, ...]:
    """Return the programs that started this one and wait for it, nearest first: npm, and the sh -c in between.

    An sh -c at the top of the chain is no launcher: nobody knows what else it does.
    """
    found: list[Ancestor] = []
    for each in reversed(process.ancestors):
        if not (names(each) & LAUNCHERS or (is_shell(each) and not is_interactive_shell(each))):
            break
        found.append(each)
    while found and is_shell(found[-1]):
        found.pop()
    return tuple(each for each in found if not is_shell(each))


def keeper(process: Process) -> Ancestor | None:
    """Return the nearest ancestor that starts this process again when it ends; None when none was seen."""
    return next((each for each in reversed(process.ancestors) if names(each) & KEEPERS.keys()), None)


def watcher(process: Process) -> Ancestor | None:
    """Return the nearest ancestor that starts this process again when a file changes; None when none was seen."""
    for each in reversed(process.ancestors):
        reloads = "--reload" in each.argv or "--watch" in each.argv
        if names(each) & WATCHERS or (reloads and not is_shell(each)):
            return each
    return None


def master(process: Process) -> Ancestor | None:
    """Return the parent when it is the first process of a server of which this is a worker."""
    above = parent(process)
    return above if above is not None and names(above) & names(process) & MASTERS else None


def children(facts: Facts, process: Process) -> tuple[Process, ...]:
    """Return the described processes that this one, or a child of it, started."""
    return tuple(each for each in facts.processes or () if any(process.pid == above.pid for above in each.ancestors))


def command(argv: tuple[str, ...]) -> str:
    """Write a command line as it is typed; a title that a program wrote for itself ("npm run dev") stays as it is."""
    if len(argv) == 1:
        return argv[0]
    return " ".join(quote(word) if not word or set(word) & set(" \t'\"$`&|;<>()*?#\\!") else word for word in argv)


def starting(process: Process) -> tuple[str, ...]:
    """Return the command that started it, as its user would type it: the launcher's where there is one.

    Returns:
        () when the command line is not told, is very long, holds a hidden password or unprintable characters, or was
        overwritten by a title of the program's own ("redis-server 127.0.0.1:6379").
    """
    above = launchers(process)
    if above and above[-1].argv:
        argv = above[-1].argv
        return tuple(argv[0].split()) if len(argv) == 1 else _told(argv)
    first = parent(process)
    if first is not None and any("multiprocessing" in word for word in process.argv):
        return _told(first.argv)  # python3 -c "from multiprocessing.spawn import ...": a worker is not started by hand
    if len(process.argv) == 1 and " " in process.argv[0]:
        return ()
    return _told(process.argv)


def _told(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command line, or () when it is not the whole of what was typed: hidden, escaped or cut."""
    spoiled = any(re.search(_SPOILED, word) for word in argv) or sum(map(len, argv)) > _LONGEST
    return () if spoiled else argv
