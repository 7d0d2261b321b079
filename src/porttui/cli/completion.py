"""`porttui completion bash|zsh|fish`: the script by which a shell completes porttui's command line."""

from __future__ import annotations

import importlib

from porttui.cli import exits
from porttui.cli.parser import Argument, Parser
from porttui.render import completion
from porttui.render.completion import Command, Option, Values

SUMMARY = "print the completion for bash, zsh or fish"
_SHELLS = {"bash": completion.bash, "zsh": completion.zsh, "fish": completion.fish}
_MORE = """\
To have it in every new shell:
  bash   echo 'source <(porttui completion bash)' >> ~/.bashrc
  zsh    echo 'source <(porttui completion zsh)' >> ~/.zshrc
         (where compinit has been called before)
  fish   porttui completion fish > ~/.config/fish/completions/porttui.fish

exit codes: 0 printed, 2 usage"""


def run(argv: list[str]) -> int:
    """Print the script for one shell."""
    args = build_parser().parse_args(argv)
    exits.emit(_SHELLS[args.shell](*_commands()))
    return exits.Exit.HEALTHY


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    example = "porttui completion bash"
    parser = Parser("completion", "Print the completion of porttui for a shell.", example, _MORE)
    parser.add_argument("shell", metavar="SHELL", choices=tuple(_SHELLS), help="bash, zsh or fish")
    return parser


def _commands() -> tuple[Command, list[Command]]:
    """Return porttui itself, and its subcommands, as their parsers tell them."""
    from porttui.cli.main import COMMANDS, own_parser

    modules = [(name, importlib.import_module(f"porttui.cli.{name}")) for name in COMMANDS]
    found = [_command(name, module.SUMMARY, module.build_parser()) for name, module in modules]
    return _command("", "", own_parser(with_commands=False)), found


def _command(name: str, summary: str, parser: Parser) -> Command:
    told = parser.arguments()
    options = tuple(
        Option(each.flags, each.help.replace("%%", "%"), _values(each) if each.value else None)
        for each in told
        if each.flags
    )
    values = [_values(each) for each in told if not each.flags]
    return Command(name, summary, options, values[0] if values else Values())


def _values(argument: Argument) -> Values:
    """Return what may be given where --help says PORT, TARGET, FILE ..."""
    if argument.choices:
        return Values(words=argument.choices)
    match argument.value:
        case "PORT" | "TARGET":
            return Values(ports=True)
        case "FILE":
            return Values(files=True)
        case "CODE":
            from porttui.faults.registry import BY_CODE

            return Values(words=tuple(sorted(BY_CODE)))
        case "TOPIC":
            from porttui.learn.contents import BY_TOPIC

            return Values(words=tuple(BY_TOPIC))
        case "LAB":
            from porttui.labs.registry import BY_NAME

            return Values(words=(*BY_NAME, "exam", "reset"))
        case "FILTER":
            from porttui.reading.filter_words import SUGGESTED

            return Values(words=SUGGESTED, ports=True)
    return Values()
