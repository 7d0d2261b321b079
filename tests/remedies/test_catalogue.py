"""Every remedy, on every system, for every kind of owner: in the words of that system, each command explained."""

from __future__ import annotations

from porttui.remedies.parts import parts
from tests.remedies.everywhere import steps, ways

LINUX_ONLY = {
    *("systemctl", "nft", "ss", "journalctl", "iptables", "ip6tables", "iptables-save", "service", "sysctl"),
    *("rc-service", "ip", "resolvectl", "getent"),
}
POSIX_ONLY = {
    "kill",
    "ps",
    "lsof",
    "brew",
    "launchctl",
    "pfctl",
    "sudo",
    "env",
    "tail",
    "cat",
    "fg",
    "sample",
    "export",
    *("ifconfig", "route", "networksetup", "dscacheutil", "scutil"),
}
TYPED_ANYWHERE = {"mkcert", "curl", "openssl"}
UNCLEAR = {"an option", "given to the program", ""}


def test_each_word_of_each_command_is_explained() -> None:
    seen = set()
    for name, _, step in steps():
        if step.argv is None or step.argv in seen:
            continue
        seen.add(step.argv)
        told = parts(step.argv)
        assert " ".join(words for words, _ in told) == " ".join(step.argv), name
        assert not {meaning for _, meaning in told} & UNCLEAR, (name, told)
        assert all("{" not in meaning for _, meaning in told), (name, told)
        assert all(len(meaning) <= 100 for _, meaning in told), (name, told)
    assert len(seen) > 60


def test_each_system_is_spoken_to_in_its_own_words() -> None:
    for name, facts, step in steps():
        program = step.argv[0] if step.argv else ""
        if facts.os != "linux":
            assert program not in LINUX_ONLY - ({"sysctl"} if facts.os == "macos" else set()), name
            assert not any(word in step.text for word in ("systemctl", "journalctl", "/proc")), (name, step.text)
        if facts.os == "linux" and not facts.host.systemd:
            assert program not in {"systemctl", "journalctl"} or "--user" in (step.argv or ()), name
        if facts.os == "windows":
            assert program not in POSIX_ONLY, (name, step)
            assert "sudo" not in step.text, (name, step.text)
        if facts.os != "windows":
            assert "PowerShell" not in step.where, name
        if facts.os != "macos":
            assert program not in {"brew", "launchctl", "pfctl"}, name


def test_a_command_says_where_it_is_typed() -> None:
    for name, _, step in steps():
        said = step.where or "There" in step.text or (step.argv or ("",))[0] in TYPED_ANYWHERE
        assert step.argv is None or said, (name, step)


def test_nothing_is_ended_before_it_is_certain_what_it_is() -> None:
    for name, _, way in ways():
        commands = [step.argv or () for step in way.steps]
        for at, argv in enumerate(commands):
            ends = argv[:1] in {("kill",), ("Stop-Process",)} and "-CONT" not in argv
            typed = way.steps[at].text.startswith("In the terminal where")
            assert not ends or at > 0 or typed, (name, commands)


def test_a_step_to_keep_a_setting_comes_after_one_that_sets_it() -> None:
    for name, _, way in ways():
        assert not way.steps[0].text.startswith("To keep it so"), name
        assert not way.steps[0].text.startswith(("And ", "There", "Then ")), name


def test_text_is_a_plain_sentence_that_fits() -> None:
    for name, _, way in ways():
        assert len(way.title) <= 75, (name, way.title)
        for step in way.steps:
            assert step.text.strip() == step.text != "", (name, step.text)
            assert not step.text.endswith((".", ":")), (name, step.text)
            assert len(step.text) <= 200, (name, step.text)
            assert "\n" not in step.text
