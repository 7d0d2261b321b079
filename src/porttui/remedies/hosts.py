"""Ways that mend a name: the hosts file, or another name."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.model.facts import Facts
from porttui.model.report import Edit, Remedy, RemedyStep, Risk
from porttui.reading import words
from porttui.remedies.service import proof


def hosts_path(facts: Facts) -> str:
    """Return where the hosts file of the system is."""
    if facts.name is not None and facts.name.hosts_path:
        return facts.name.hosts_path
    return r"C:\Windows\System32\drivers\etc\hosts" if facts.os == "windows" else "/etc/hosts"


def ask_by_address(facts: Facts, address: str, title: str = "Ask by the address instead of the name") -> Remedy:
    """Offer to ask by an address instead of the name, or instead of another address."""
    wanted = str(replace(facts.asked.target, host=address))
    return Remedy(
        title=title,
        risk=Risk.SAFE,
        cost="safe",
        proof=wanted,
        steps=(
            RemedyStep(
                text="In the program that showed the error, write",
                where="the program that showed the error",
                url=wanted,
            ),
        ),
    )


def ask_here(facts: Facts) -> Remedy:
    """Offer to ask this machine itself, for who has the server here and asked elsewhere."""
    return ask_by_address(facts, "127.0.0.1", "Ask for 127.0.0.1, if the server runs on this machine itself")


def write_line(facts: Facts, *lines: str) -> Remedy:
    """Offer to write lines into the hosts file."""
    path = hosts_path(facts)
    return Remedy(
        title="Put the name into the hosts file",
        risk=Risk.SAFE,
        cost="safe; counts for every program of this machine",
        proof=proof(facts),
        undo="take the lines out again",
        steps=(
            RemedyStep(
                text=f"As {'an administrator' if facts.os == 'windows' else 'root'}, write into {path}",
                where=words.machine(facts),
                edit=Edit(file=path, text="\n".join(lines)),
                needs_root=True,
            ),
        ),
    )
