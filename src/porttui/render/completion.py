"""Completions for bash, zsh and fish, written from what the parsers of the subcommands tell."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

PORTS = "sockets --csv 2>/dev/null | tail -n +2 | cut -d, -f4 | sort -un"
"""What prints the ports of the listeners, behind the name by which porttui was called."""


class Values(NamedTuple):
    """What may stand in a place of the command line."""

    words: tuple[str, ...] = ()
    ports: bool = False
    """The ports of the listeners of this machine."""
    files: bool = False


class Option(NamedTuple):
    """An option of a subcommand."""

    flags: tuple[str, ...]
    help: str
    value: Values | None = None
    """What has to follow it; None where nothing does."""


class Command(NamedTuple):
    """A subcommand; porttui itself has no name."""

    name: str
    summary: str
    options: tuple[Option, ...]
    value: Values
    """What may be given to it."""


def bash(own: Command, commands: Sequence[Command]) -> str:
    """Return the completion for bash (bash(1), Programmable Completion), also for the version 3.2 that macOS has."""
    every = [own._replace(value=_with_commands(own, commands)), *commands]
    cases = [_bash_command(command) for command in (*every[1:], every[0])]
    return f"""\
# bash completion for porttui, made by `porttui completion bash`
_porttui() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command=
    local words= options= ports= files=
    if ((COMP_CWORD > 1)); then command=${{COMP_WORDS[1]}}; fi
    COMPREPLY=()
    case $command in
{chr(10).join(cases)}
    esac
    if [ -n "$files" ]; then
        local IFS=$'\\n'
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$current"))
        return
    fi
    if [ -n "$ports" ]; then words="$words $("${{COMP_WORDS[0]}}" {PORTS})"; fi
    case $current in -*) words=$options ;; esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    case ${{COMPREPLY[0]-}} in *=) compopt -o nospace 2>/dev/null ;; esac
}}
complete -F _porttui porttui
"""


def _bash_command(command: Command) -> str:
    """Return the branch of one subcommand: first what follows an option, then all else."""
    lines = [f"        {command.name or '*'})"]
    following = [option for option in command.options if option.value is not None]
    lines.append("            case $before in")
    lines += [
        f"                {' | '.join(option.flags)}) {_bash_values(option.value)} ;;"
        for option in following
        if option.value is not None
    ]
    flags = " ".join(flag for option in command.options for flag in option.flags)
    lines.append(f"                *) options='{flags}'; {_bash_values(command.value, own=not command.name)} ;;")
    return "\n".join([*lines, "            esac", "            ;;"])


def _bash_values(value: Values, *, own: bool = False) -> str:
    """Return the assignments for what may stand in a place.

    Of porttui's own words only the first is a subcommand, and ports are only looked for when a digit was typed.
    """
    told = [f"{'((COMP_CWORD > 1)) || ' if own else ''}words={shlex.quote(' '.join(value.words))}"]
    told += ["files=1"] * value.files
    ports = "case $current in [0-9]*) ports=1 ;; esac" if own else "ports=1"
    return "; ".join([*told, *[ports] * value.ports])


def zsh(own: Command, commands: Sequence[Command]) -> str:
    """Return the completion for zsh, both for a folder of fpath and to be sourced (zshcompsys(1))."""
    cases = [_zsh_command(command) for command in (*commands, own)]
    listed = "\n".join(f"        {_zsh_word(command.name, command.summary)}" for command in commands)
    return f"""\
#compdef porttui
# zsh completion for porttui, made by `porttui completion zsh`
_porttui() {{
    local command= before=${{words[CURRENT - 1]}} program=${{(Q)words[1]}} ports= files=
    local -a options choices commands found
    if ((CURRENT > 2)); then command=${{words[2]}}; fi
    case $command in
{chr(10).join(cases)}
    esac
    if ((CURRENT == 2)); then
        commands=(
{listed}
        )
        [[ ${{words[CURRENT]}} == [0-9]* ]] || ports=
    fi
    if [[ ${{words[CURRENT]}} == -* ]]; then
        (($#options)) && _describe -o option options
        return
    fi
    if [[ -n $files ]]; then _files; return; fi
    if [[ -n $ports ]]; then
        found=(${{(f)"$("$program" {PORTS})"}})
        (($#found)) && _describe -V 'port of a listener' found
    fi
    (($#commands)) && _describe -V command commands
    (($#choices)) && _describe -V word choices
    return 0
}}
if [[ ${{funcstack[1]}} == _porttui ]]; then _porttui "$@"; else compdef _porttui porttui; fi
"""


def _zsh_command(command: Command) -> str:
    lines = [f"        {command.name or '*'})", "            case $before in"]
    lines += [
        f"                {'|'.join(option.flags)}) {_zsh_values(option.value)} ;;"
        for option in command.options
        if option.value is not None
    ]
    told = [_zsh_word(flag, option.help) for option in command.options for flag in option.flags]
    lines.append(f"                *) {_zsh_values(command.value)}; options=({' '.join(told)}) ;;")
    return "\n".join([*lines, "            esac", "            ;;"])


def _zsh_values(value: Values) -> str:
    told = [f"choices=({' '.join(shlex.quote(_zsh_escaped(word)) for word in value.words)})"]
    return "; ".join([*told, *["files=1"] * value.files, *["ports=1"] * value.ports])


def _zsh_word(word: str, about: str) -> str:
    return shlex.quote(f"{_zsh_escaped(word)}:{about}")


def _zsh_escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace(":", "\\:")


def fish(own: Command, commands: Sequence[Command]) -> str:
    """Return the completion for fish (fish-completions(1))."""
    names = " ".join(command.name for command in commands)
    lines = [
        "# fish completion for porttui, made by `porttui completion fish`",
        "function __porttui_ports",
        "    set -l called (commandline -opc)",
        f"    $called[1] {PORTS}",
        "end",
        "function __porttui_is",
        "    set -l called (commandline -opc)",
        '    test (count $called) -gt 1; and test "$called[2]" = "$argv[1]"',
        "end",
        "function __porttui_is_plain",
        "    set -l called (commandline -opc)",
        f'    not contains -- "$called[2]" {names}',
        "end",
        "complete -c porttui -f",
    ]
    first = "complete -c porttui -n __fish_is_first_arg -a"
    lines += [f"{first} {command.name} -d {_fish(command.summary)}" for command in commands]
    for command in (own, *commands):
        condition = f"__porttui_is {command.name}" if command.name else "__porttui_is_plain"
        where = f"complete -c porttui -n {_fish(condition)}"
        lines += [f"{where} {_fish_option(option)}" for option in command.options]
        lines += [f"{where} {values}" for values in _fish_values(command.value) if command.name]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    flags = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
    follows = [] if option.value is None else ["-r -F"] if option.value.files else ["-x"]
    values = [] if option.value is None or option.value.files else _fish_values(option.value)
    return " ".join([*flags, *follows, *values, f"-d {_fish(option.help)}"])


def _fish_values(value: Values) -> list[str]:
    told = [f"-a {_fish(' '.join(value.words))}"] * bool(value.words)
    told += ["-a '(__porttui_ports)' -d 'port of a listener'"] * value.ports
    return told + ["-F"] * value.files


def _fish(text: str) -> str:
    """Quote for fish, whose single quotes know the backslash."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _with_commands(own: Command, commands: Sequence[Command]) -> Values:
    return own.value._replace(words=(*(command.name for command in commands), *own.value.words))
