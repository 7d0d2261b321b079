"""Write src/porttui/faults/beginnings.py: the first questions of every fault, copied from the files of the faults.

Most causes are ruled out by the first questions of their `check`: "the connection opened", "the name leads somewhere".
To ask those, the file of a fault, with its explanation, its evidence and its remedies, need not be imported. So the
statements with which a `check` begins are copied into one file, with the small functions that they call, up to the
first statement that may find something. `python -m scripts.docs` writes it, and a test fails when it is stale.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections import defaultdict
from collections.abc import Iterable

from porttui.faults.fault import Fault

_HEAD = '''"""The first questions of every fault, and which faults there are.

Made by `make docs` from the files of the faults: change those. What is asked here excludes most faults before their
files are imported; see `scripts/beginnings.py`.
"""

from __future__ import annotations

'''
_FOR_THE_TABLE = {
    ("porttui.faults.fault", "CannotTell"),
    ("porttui.faults.fault", "Listed"),
    ("porttui.faults.fault", "RuledOut"),
    ("porttui.model.facts", "Facts"),
    ("porttui.model.report", "Severity"),
    ("porttui.model.target", "Question"),
}
_LONGEST = 25
"""Lines of a function that is copied because it is called."""


class _File:
    """The file of one fault: what its names stand for, and what of it was copied."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.prefix = f"_{fault.code.replace('-', '_')}"
        body = ast.parse(inspect.getsource(sys.modules[fault.check.__module__])).body
        self._imported: dict[str, tuple[str, str]] = {}
        self._own: dict[str, ast.FunctionDef | ast.Assign] = {}
        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module and _may_be_copied(node.module):
                self._imported |= {each.name: (node.module, each.name) for each in node.names if not each.asname}
            elif isinstance(node, ast.FunctionDef) and len(ast.unparse(node).splitlines()) <= _LONGEST:
                self._own[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._own[node.targets[0].id] = node
        self.check = next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == "check")
        self.imports: set[tuple[str, str]] = set()
        """What the copied parts need before anything is asked."""
        self.for_types: set[tuple[str, str]] = set()
        """What only their types name."""
        self.copied: dict[str, str] = {}
        """The copied constants and functions, by name."""

    def write(self) -> bool:
        """Copy the beginning of the check; False when it has none."""
        local = {each.arg for each in self.check.args.args}
        kept: list[ast.stmt] = []
        lines: list[ast.stmt] = []
        for node in self.check.body[1:]:
            if not _only_excludes(node) or self._uses(node, local, ()) is None:
                break
            lines.append(node)
            local |= _bound(node)
            if isinstance(node, ast.If):
                kept = list(lines)
        if kept:
            head = f"def {self.prefix}({self.check.args.args[0].arg}: Facts) -> RuledOut | CannotTell | None:"
            self.copied["check"] = "\n".join(("", head, *self._lines(kept), "    return None", ""))
        return bool(kept)

    def _uses(self, node: ast.AST, local: set[str], asking: tuple[str, ...]) -> set[str] | None:
        """Return the names of the file that a statement uses; None when one of them cannot be copied."""
        used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - _bound(node) - local
        used = {name for name in used if not hasattr(builtins, name)}
        for name in used - self._imported.keys():
            there = self._own.get(name)
            if there is None or name in asking or name in {"check", "remedies", "FAULT"}:
                return None
            inside = _arguments(there) if isinstance(there, ast.FunctionDef) else {name}
            if _may_find(there) or self._uses(there, inside | {name}, (*asking, name)) is None:
                return None
        return used

    def _lines(self, body: list[ast.stmt]) -> list[str]:
        """Return statements as text, with the imports that they need, and copy what they call."""
        done: list[str] = []
        here: set[str] = set()
        for node in body:
            for name in sorted({each.id for each in ast.walk(node) if isinstance(each, ast.Name)}):
                if name in self._imported and name not in here:
                    module, _ = self._imported[name]
                    here.add(name)
                    if _is_there_anyway(module, name):
                        self.imports.add((module, name))
                    else:
                        done.append(f"    from {module} import {name}")
                elif name in self._own:
                    self._copy(name)
            _same_in_every_python(node, self.fault.code)
            renamed = _Renamed(self.prefix, self._own.keys()).visit(ast.parse(ast.unparse(node)))
            done += [f"    {line}" for line in ast.unparse(renamed).splitlines()]
        return done

    def _copy(self, name: str) -> None:
        node = self._own[name]
        if name in self.copied:
            return
        self.copied[name] = ""
        renamed = _Renamed(self.prefix, self._own.keys())
        if isinstance(node, ast.Assign):
            lines = self._lines([node])
            self.copied[name] = "\n".join(line[4:] for line in lines)
            return
        body = [each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
        for each in (*ast.walk(node.args), *ast.walk(node.returns or node.args)):
            if isinstance(each, ast.Name) and each.id in self._imported:
                self.for_types.add(self._imported[each.id])
        result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        own = renamed.called(node.name)
        self.copied[name] = "\n".join(("", f"def {own}({ast.unparse(node.args)}){result}:", *self._lines(body), ""))


class _Renamed(ast.NodeTransformer):
    """Gives what is a file's own a name that is not used for another file's."""

    def __init__(self, prefix: str, names: Iterable[str]) -> None:
        self._prefix = prefix
        self._names = set(names)

    def called(self, name: str) -> str:
        """Return the new name."""
        return f"{self._prefix}_{name.strip('_')}" if name in self._names else name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename a use, or the making, of one of the names."""
        return ast.Name(id=self.called(node.id), ctx=node.ctx)


def beginnings(faults: Iterable[Fault]) -> str:
    """Return the text of the file."""
    imports: dict[str, set[str]] = defaultdict(set)
    for_types: dict[str, set[str]] = defaultdict(set)
    parts: list[str] = []
    rows: list[str] = []
    for fault in faults:
        file = _File(fault)
        begins = file.prefix if file.write() else "None"
        parts += file.copied.values()
        asked = ", ".join(f"Question.{each.name}" for each in fault.questions)
        rows.append(f'    Listed("{fault.code}", ({asked},), Severity.{fault.severity.name}, {begins}),')
        for module, name in file.imports:
            imports[module].add(name)
        for module, name in file.for_types:
            for_types[module].add(name)
    for module, name in _FOR_THE_TABLE:
        imports[module].add(name)
    head = [f"from {module} import {', '.join(sorted(imports[module]))}" for module in sorted(imports)]
    head += ["", "TYPE_CHECKING = False", "if TYPE_CHECKING:"]
    for module in sorted(for_types):
        if names := sorted(for_types[module] - imports[module]):
            head.append(f"    from {module} import {', '.join(names)}")
    table = ["", "LISTED: tuple[Listed, ...] = (", *rows, ")", '"""In the order of the registry."""', ""]
    return _HEAD + "\n".join([*head, "", *parts, *table])


def _may_be_copied(module: str) -> bool:
    ours = ("porttui.faults.fault", "porttui.faults.shared", "porttui.model", "porttui.reading")
    return module.startswith(ours) or module == "collections.abc"


def _same_in_every_python(node: ast.AST, code: str) -> None:
    """Refuse a string within an f-string: which quotes ast.unparse gives it depends on the Python (PEP 701)."""
    for each in ast.walk(node):
        if isinstance(each, ast.FormattedValue):
            for inner in ast.walk(each.value):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    raise SystemExit(f"{code}: give {inner.value!r} a name outside of its f-string")


def _is_there_anyway(module: str, name: str) -> bool:
    """Tell whether an import costs nothing since a look needs it in any case."""
    return module != "porttui.reading" or name == "seen"


def _bound(node: ast.AST) -> set[str]:
    """Return the names that a statement itself gives a value."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)} | {
        each.arg for each in ast.walk(node) if isinstance(each, ast.arg)
    }


def _arguments(node: ast.FunctionDef) -> set[str]:
    return {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}


def _may_find(node: ast.AST) -> bool:
    """Tell whether something can say that the fault was found."""
    return any(isinstance(each, ast.Name) and each.id in {"Found", "Outcome"} for each in ast.walk(node))


def _only_excludes(node: ast.stmt) -> bool:
    """Tell whether a statement makes a value, or ends the check without having found the fault."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return True
    if isinstance(node, ast.Return):
        return not _may_find(node)
    return isinstance(node, ast.If) and all(_only_excludes(each) for each in (*node.body, *node.orelse))
