"""`porttui sockets [FILTER...]`: the sockets of this machine, as a table, JSON or CSV, once or as they come and go."""

from __future__ import annotations

from porttui.cli import exits
from porttui.cli.parser import Parser
from porttui.cli.socket_looks import csv_text, kept, signs, take, tell_unseen, waiting
from porttui.observe.snapshots import Snapshots
from porttui.reading import filters
from porttui.render import listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from porttui.model.table import Table

SUMMARY = "list the sockets of this machine: who listens, who is connected"
_MORE = """\
Words of FILTER, of which all have to hold; '!WORD' must not (quote it, for the
shell). Several states, or several protocols, are alternatives.
  :5432  :3000-3999  :postgres   that port, on either end
  5432                           that port, or that process
  listen  established  time-wait  close-wait ...  all
                                 sockets in that state, or in any
  tcp  udp  unix                 that protocol
  pid=4121  user=dev  program=nginx  port=80  state=fin
  addr=10.0.0.0/8  127.0.0.1:80
  anything else                  part of a program, command line, user, address
Without a word for a state or a protocol the TCP listeners are shown.

In the columns "?" is what can't be seen, mostly for want of root; "-" is
nobody: the kernel alone keeps the socket; (name) is only probable.

exit codes: 0 the tables were read, also when nothing passes the filter
            1, 3 with --strict: something is open beyond this machine, or it
              cannot be told
            2 usage, 3 the tables cannot be read, 4 porttui itself failed
            130 --watch was ended by ctrl+c
examples: porttui sockets :5432 all
          porttui sockets node '!:9229'
          porttui sockets all --csv > sockets.csv"""


def run(argv: list[str]) -> int:
    """Print the sockets that pass every word of the filter."""
    parser = build_parser()
    args = parser.parse_intermixed_args(argv)
    wanted = filters.read(" ".join(args.filter), finished=True)
    if wanted.mistakes:
        raise exits.UsageError(f"{wanted.mistakes[0]}. Example: {parser.example}")
    if args.exposed:
        from porttui.cli.exposed import run as run_exposed

        if args.namespaces or wanted.asks_elsewhere:
            raise exits.UsageError("--exposed is about this network namespace. Example: porttui sockets --namespaces")
        return run_exposed(args, wanted, parser.example)
    if args.strict:
        raise exits.UsageError("--strict goes with --exposed. Example: porttui sockets --exposed --strict")
    looks = snapshots(wanted, namespaces=args.namespaces or wanted.asks_elsewhere)
    if args.watch:
        from porttui.cli.sockets_watch import watch

        return watch(looks, wanted, form=args.form)
    with exits.doing("reading the socket tables"):
        table = take(looks)
    rows = listing.by_place(table, kept(table, wanted))
    with exits.doing(f"writing the sockets as {args.form}"):
        data = written(table, rows, args.form, states=wanted.asks_state, protocols=asked_protocols(wanted) != {"tcp"})
    exits.emit(data)
    if not rows:
        exits.talk(f"porttui: {_none(wanted)}")
    hidden = len(waiting(table, wanted.may_fit(table, rows), wanted))
    if hidden:
        exits.talk(
            f"porttui: {hidden} more may fit: it can't be seen which program holds {'it' if hidden == 1 else 'them'}"
        )
    tell_unseen(table.unseen)
    return exits.Exit.HEALTHY


def snapshots(wanted: filters.Filter, *, namespaces: bool = False) -> Snapshots:
    """Return what looks at the tables that a filter asks about, if wanted also in other network namespaces."""
    return Snapshots(
        protocols=asked_protocols(wanted),
        waiting=not wanted.asks_state,
        namespaces=namespaces,
        described=wanted.asks_text,
    )


def asked_protocols(wanted: filters.Filter) -> frozenset[str]:
    """Return the protocols that a filter asks about: those that words name, else TCP, and with a state UDP, too."""
    return wanted.protocols() or frozenset(("tcp", "udp") if wanted.asks_state else ("tcp",))


def written(
    table: Table, rows: Sequence[int], form: str, *, states: bool = False, protocols: bool = False
) -> str | bytes:
    """Return rows as they go to stdout: as "text", "csv" or "json"."""
    if form == "json":
        from porttui.cli.listed import entry_of
        from porttui.render.json import lines_of_json

        return lines_of_json([entry_of(table, row) for row in rows])
    if form == "csv":
        return csv_text([listing.CSV_HEAD, *listing.csv_rows(table, rows)])
    columns = listing.columns_of(table, rows, states=states, protocols=protocols)
    text = listing.columns_text(listing.under(listing.head(states=states, protocols=protocols), columns))
    notes = signs((cell for column in columns[-4:-1] for cell in column), table.unseen)
    return text + (f"\n{notes}\n" if notes else "")


def _none(wanted: filters.Filter) -> str:
    if not wanted.words:
        return "nothing listens here"
    if wanted.asks_state:
        return "no socket passes the filter"
    return "no listener passes the filter; the word all shows connections, too"


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser("sockets", "List the sockets of this machine.", "porttui sockets node '!:9229'", _MORE)
    parser.add_argument("filter", metavar="FILTER", nargs="*", help="words, see below")
    form = parser.add_mutually_exclusive_group()
    form.set_defaults(form="text")
    form.add_argument(
        "--json",
        dest="form",
        action="store_const",
        const="json",
        help="print a JSON array; with --watch an object a line",
    )
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="print CSV with a header")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--watch",
        action="store_true",
        help="print a line for each socket that comes or goes, once a second, until ctrl+c",
    )
    what.add_argument(
        "--exposed", action="store_true", help="list what is open beyond this machine, and why it deserves a look"
    )
    parser.add_argument(
        "--namespaces",
        action="store_true",
        help="also what listens in other network namespaces, as those of containers: in ID, net:NUMBER",
    )
    parser.add_argument("--strict", action="store_true", help="with --exposed: tell by the exit code, too")
    return parser
