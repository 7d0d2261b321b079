"""The answer of `porttui firewall`: what the rules do with a connection, and what really became of it."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value
from porttui.model.facts import Unseen
from porttui.model.report import Remedy
from porttui.model.rules import HookPassed, Judged, Rule, RuleStop


class Sender(Value, frozen=True, kw_only=True):
    """Who connects."""

    address: str | None = None
    """None: this machine's own, or, with an interface, anybody's."""
    interface: str | None = None
    """By which it comes in."""
    uid: int | None = None
    """Of a user of this machine."""
    here: bool = True


class Tried(Value, frozen=True, kw_only=True):
    """A real connection beside a judgement."""

    text: str
    """What became of it: "refused in 0.1 ms"."""
    verdict: str | None
    """What it shows of the rules, in the words of `Judged.verdict`; None: it does not tell."""
    side: Literal["out", "in"] | None = None
    """Where it was stopped, by its own packets: on its way out of this machine or on its way in; None: not told."""
    opened: bool = False
    agrees: bool | None
    """With the judgement; None where one of the two does not tell."""


class JudgedAddress(Value, frozen=True, kw_only=True):
    """One address of the target."""

    judged: Judged
    tried: Tried | None = None
    """None: the sender is somebody else, or there was nothing to try."""
    listening: bool | None = None
    """Whether a listener of this machine would take it, were it let through; None: not known, or not this machine's."""


class FirewallAnswer(Value, frozen=True, kw_only=True):
    """What is told about one target and one sender. Its first keys are those of the contract."""

    schema: int = 1
    verdict: str
    """As `Judged.verdict`; where a real connection shows another one, that which it shows."""
    rule: Rule | None = None
    """The rule that decides."""
    policy: RuleStop | None = None
    """The chain whose policy decides, where no rule does."""
    then: tuple[Rule, ...] = ()
    """What would stop it behind that, each as if it had been let past those before; a policy is told as a rule."""
    path: tuple[HookPassed, ...] = ()
    unknown: tuple[str, ...] = ()
    """What was not understood, or could not be read, and could change the verdict."""
    redirect: tuple[str, int] | None = None
    porttui: str = ""
    target: str
    address: str = ""
    """The address of the target that verdict, rule and path are about."""
    port: int
    sender: str = ""
    """The address that the connection comes from; empty where any may."""
    interface: str | None = None
    """Where it comes in; None for a connection that this machine makes, or where it is not known."""
    uid: int | None = None
    """Of the sender, when it is a user of this machine."""
    here: bool = True
    """Whether the connection begins on this machine."""
    rulesets: tuple[str, ...] = ()
    """The files that were read; () where this machine's own rules were."""
    tried: Tried | None = None
    listening: bool | None = None
    """As `JudgedAddress.listening`."""
    addresses: tuple[JudgedAddress, ...] = ()
    """Each address of the target."""
    unseen: tuple[Unseen, ...] = ()
    notes: tuple[str, ...] = ()
    """What else was assumed."""
    remedies: tuple[Remedy, ...] = ()
    """Ways past what blocks it, of this machine's own rules."""
