"""What the rules do with the connection of the user who started porttui by sudo(8): it was root's that was tried."""

from __future__ import annotations

from porttui.model.facts import Attempt, Facts
from porttui.model.report import Evidence, ForUser
from porttui.model.rules import Judged
from porttui.reading import rule_words, rules, seen


def asked(facts: Facts) -> bool:
    """Tell whether a rule on the way of the connection asks which user it is of."""
    return bool(facts.judged_for_user)


def differing(facts: Facts) -> tuple[Attempt, Judged] | None:
    """Return the first attempt that would end otherwise for the user, and what the rules do with the user's.

    What the rules do with root's has to be what root's met: else it is not the rules that decide, or not these.
    """
    for each in seen.asked_attempts(facts):
        mine, theirs = rules.judged(facts, each), rules.judged_in(facts.judged_for_user or (), each)
        if mine is None or theirs is None or (mine.verdict, mine.redirect) == (theirs.verdict, theirs.redirect):
            continue
        if "unknown" not in {mine.verdict, theirs.verdict} and rules.agrees(facts, each, mine.verdict) is not False:
            return each, theirs
    return None


def note(facts: Facts) -> str:
    """Tell in a sentence that the user's connection would end otherwise; empty where it would not."""
    found = differing(facts)
    if found is None:
        return ""
    attempt, theirs = found
    stop = rules.deciding(theirs)
    if rules.passes(theirs.verdict):
        led = "" if theirs.verdict == "accept" else f", and {rule_words.does(theirs.verdict)}"
        return f"That was root's connection. For {_who(facts)}, the rules let it through{led}."
    by = f", by {rule_words.short_place(stop)}" if stop is not None else ""
    but = "but" if attempt.outcome == "open" else "and"
    does = f"the rules would {rule_words.does(theirs.verdict)}{by}"
    return f"That was root's connection, {but} for {_who(facts)}, {does}."


def added(facts: Facts, gloss: str) -> str:
    """Return a gloss with the note behind it, where there is one."""
    return f"{gloss} {note(facts)}".strip()


def quoted(facts: Facts) -> tuple[Evidence, ...]:
    """Quote the rule that decides over the user's connection, where that would end otherwise."""
    found = differing(facts)
    if found is None:
        return ()
    stop = rules.deciding(found[1])
    text = f"for uid {facts.privileges.sudo_uid}\t{stop.text if stop is not None else 'no rule stops it'}"
    where = f"\t{rule_words.place(stop)}, not tried" if stop is not None else "\tby the rules, not tried"
    return (Evidence(text=text + where, source="rules"),)


def verdict(facts: Facts) -> ForUser | None:
    """Return what the rules do with the user's connection, where that is something else."""
    found, uid = differing(facts), facts.privileges.sudo_uid
    if found is None or uid is None:
        return None
    return ForUser(uid=uid, verdict=found[1].verdict, rule=rules.deciding(found[1]))


def in_short(facts: Facts) -> str:
    """Tell, for the firewall step, what the rules do with the user's connection; empty where none asks who it is."""
    if not asked(facts):
        return ""
    uid, found = facts.privileges.sudo_uid, differing(facts)
    if found is not None:
        return f"for uid {uid} the rules would {rule_words.does(found[1].verdict)}"
    known = [rules.judged_in(facts.judged_for_user or (), each) for each in seen.asked_attempts(facts)]
    if any(each is not None and each.verdict == "unknown" for each in known):
        return f"not known for uid {uid}"
    return f"the same for uid {uid}"


def _who(facts: Facts) -> str:
    rights = facts.privileges
    return f"{rights.sudo_user} (uid {rights.sudo_uid}), who ran sudo" if rights.sudo_user else f"uid {rights.sudo_uid}"
