"""A lone word that was taken for a name, where it may have been meant as a command of porttui: `porttui exposed`."""

from __future__ import annotations

import difflib

from porttui.model.facts import Facts
from porttui.model.report import Remedy, RemedyStep, Risk

_ALIKE = 0.8
"""How much of two words has to be the same (difflib.SequenceMatcher.ratio) for one to be a slip of the other."""
_BY_COMMAND: dict[tuple[str, ...], str] = {
    ("sockets",): "sockets ports listen listening listeners ls list scan show status ss netstat lsof ps",
    ("sockets", "--exposed"): "exposed exposure expose open public",
    ("sockets", "--watch"): "watch monitor follow",
    ("who", "PORT"): "who whois owner pid kill",
    ("free", "PORT"): "free unused",
    ("check", "PORT"): "check test probe diagnose connect try",
    ("firewall", "PORT"): "firewall rules fw nft nftables iptables ufw",
    ("wait", "PORT"): "wait",
    ("learn",): "learn lesson lessons tutorial teach",
    ("lab",): "lab labs practice practise exercise",
    ("lab", "exam"): "exam",
    ("explain",): "explain codes errors faults",
    ("--help",): "help usage commands",
    ("--version",): "version",
}
_MEANT = {word: command for command, words in _BY_COMMAND.items() for word in words.split()}


def meant(facts: Facts) -> tuple[str, ...] | None:
    """Return the command that a lone word may have been meant for, as it would be typed; None where it is no such word.

    A word counts when it stands alone, as typed, without dot, port and scheme: `exposed` and `sokets` do,
    `exposed:80` and `status.example` name a place. The answer to what was asked does not change by it.
    """
    target = facts.asked.target
    word = target.host.lower()
    if target.input.strip().lower() != word or not word.isascii() or not word.isalpha():
        return None
    near = difflib.get_close_matches(word, [one for one in _MEANT if len(one) > 3], n=1, cutoff=_ALIKE)
    found = _MEANT.get(word) or (_MEANT[near[0]] if near else None)
    return ("porttui", *found) if found else None


def gloss(facts: Facts, otherwise: str) -> str:
    """Ask whether a command was meant, in a sentence; else return what would be said."""
    command = meant(facts)
    word = facts.asked.target.host
    return f"Did you mean {' '.join(command)}? {word} was taken for a name." if command else otherwise


def instead(facts: Facts) -> tuple[Remedy, ...]:
    """Type the command that was meant."""
    command = meant(facts)
    if command is None:
        return ()
    word = facts.asked.target.host
    return (
        Remedy(
            title=f"Did you mean {' '.join(command)}?",
            risk=Risk.SAFE,
            cost="safe, only looks",
            proof=str(facts.asked.target),
            steps=(RemedyStep(text=f"Type the command; {word} was taken for the name of a machine", argv=command),),
        ),
    )
