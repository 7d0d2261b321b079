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


def ask_by_address(facts: Facts, address: str) -> Remedy:
    """Offer to ask by an address instead of the name."""
    wanted = str(replace(facts.asked.target, host=address))
    return Remedy(
        title="Ask by the address instead of the name",
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
