"""Rules, policies and verdicts in words, the same ones in a report, on the screen and in `porttui firewall`."""

from __future__ import annotations

from porttui.model.address import endpoint
from porttui.model.rules import Judged, Rule, RuleStop

_MEANS = {
    "accept": "accept: the connection may pass",
    "drop": 'drop: nothing comes back, and the client waits until it gives up ("timed out")',
    "reset": 'reset: the client is told "refused"',
    "unknown": "not known: neither what was read nor how the connection ended decides it",
}
_DOES = {"drop": "drop it", "reset": "reset it", "accept": "let it through", "unknown": "not be understood"}


def place(stop: Rule | RuleStop) -> str:
    """Tell where a rule, or a policy, stands: "table inet guard, chain input, handle 12"."""
    named = _named(stop)
    where = f"table {named.table}, chain {named.chain}"
    if named.backend == "iptables-legacy":
        where = f"{where} of iptables-legacy"
    return where + _numbered(named)


def short_place(stop: Rule | RuleStop) -> str:
    """Tell it in few words: "inet guard input, handle 12"."""
    named = _named(stop)
    return f"{named.table} {named.chain}{_numbered(named)}"


def number(rule: Rule) -> str:
    """Return by what its program names a rule of a chain: "handle 12", "rule 3"; empty where that is not known."""
    if rule.backend == "nftables" and rule.handle is not None:
        return f"handle {rule.handle}"
    return f"rule {rule.position}" if rule.position is not None else ""


def _named(stop: Rule | RuleStop) -> Rule | RuleStop:
    return (stop.rule or stop) if isinstance(stop, RuleStop) else stop


def _numbered(named: Rule | RuleStop) -> str:
    told = number(named) if isinstance(named, Rule) else ""
    return f", {told}" if told else ""


def act(stop: RuleStop) -> str:
    """Return what a rule or a policy does, in a word or two: "accept (policy)", "reject", "redirect to :8080"."""
    if stop.word.startswith("policy "):
        return f"{stop.word.removeprefix('policy ')} (policy)"
    return "reject" if stop.word.startswith("reject:") else stop.word


def does(verdict: str) -> str:
    """Return what rules would do, for a sentence: "drop it", "reject it with icmp 3/13"."""
    if verdict.startswith("reject:"):
        return "reject it with " + " ".join(verdict.split(":")[1:2]) + " " + "/".join(verdict.split(":")[2:])
    if verdict.startswith("redirect:"):
        return "lead it to " + verdict.partition(":")[2]
    return _DOES.get(verdict, verdict)


def means(verdict: str) -> str:
    """Tell what a verdict means to the client."""
    if verdict.startswith("reject:"):
        _, version, kind, code = (*verdict.split(":"), "", "", "")[:4]
        name = "ICMPv6" if version == "icmp6" else "ICMP"
        return f"reject: the client is told no with {name} type {kind} code {code}"
    return _MEANS.get(verdict, verdict)


def judgement(judged: Judged) -> str:
    """Tell what the rules do with a connection, and what that means to the client."""
    if judged.verdict == "accept" and judged.redirect is not None:
        return f"accept, but a rule leads it on to {endpoint(*judged.redirect)}"
    if judged.verdict.startswith("redirect:") and judged.redirect is not None:
        return f"led on to {endpoint(*judged.redirect)} by a rule"
    if judged.verdict == "unknown":
        return "not known: porttui does not understand all of what was read"
    return means(judged.verdict)
