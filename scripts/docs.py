"""Write what is made from the faults themselves: docs/faults.md, and the parts of README.md and CONTRIBUTING.md.

``python -m scripts.docs`` writes them; with ``--check`` it only says which are stale, and exits 1 when one is.
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path

from porttui.cli.explain import named_labs
from porttui.faults.registry import FAULTS
from porttui.render.faults_page import faults_markdown, faults_table
from porttui.ui.keymap import FIXED, shown
from porttui.ui.keys import APP, TITLED, Key
from scripts.beginnings import beginnings

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- made by `make docs`: begin -->\n", "<!-- made by `make docs`: end -->\n"
_KEYS = """# The keys of porttui

`?` shows those that do something where you are. The mouse does the same: a click on a tab, on a row, or on a key of
the last row; two clicks on a row are `enter`, and the wheel scrolls. `--no-mouse`, or `m`, leaves the mouse to your
terminal, so that it selects text.

A key is changed in `~/.config/porttui/config.toml` (where `XDG_CONFIG_HOME` says; on macOS in
`~/Library/Application Support/porttui`, on Windows in `%LOCALAPPDATA%\\porttui`), by its name in the tables below:

```toml
[keys]
recheck = "R"
next = "down ctrl+n"     # several, parted by blanks
suspend = "f5"
```

Keys are letters, digits and signs, `ctrl+` and a letter, `f1` to `f12`, and `enter`, `esc`, `tab`, `shift+tab`,
`space`, `backspace`, `up`, `down`, `left`, `right`, `home`, `end`, `pgup`, `pgdn`, `insert` and `delete`. What works
while a text is typed (the first screen, `esc`, and what works everywhere) cannot be a letter or a sign. Two keys can
change places when both are given. A line that cannot be used is told, on the screen and after leaving, and the key
stays what it was. The question before a process is stopped is always answered with `y`.

Above `[keys]` the file may say `theme = "light"` (or `"dark"`), and `ascii = true` for ASCII only.
"""
_TABLE = "| name | key | what it does |\n| --- | --- | --- |\n"
EXAMPLE = ROOT / "src" / "porttui" / "faults" / "sigstopped.py"


def pages() -> dict[Path, str]:
    """Return what each generated file has to hold."""
    readme, contributing = ROOT / "README.md", ROOT / "CONTRIBUTING.md"
    return {
        ROOT / "docs" / "faults.md": faults_markdown(FAULTS, named_labs),
        ROOT / "docs" / "keys.md": keys_markdown(),
        ROOT / "src" / "porttui" / "faults" / "beginnings.py": beginnings(FAULTS),
        readme: _between(readme, faults_table(FAULTS)),
        contributing: _between(contributing, f"```python\n{_shortened(EXAMPLE.read_text(encoding='utf-8'))}```\n"),
    }


def keys_markdown() -> str:
    """Return the page on the keys, each with the name by which it can be changed."""
    parts = [_KEYS]
    for title, keys in (*TITLED.items(), ("Everywhere", APP)):
        parts.append(f"## {title}\n\n{_TABLE}" + "".join(map(_key_row, keys)))
    return "\n".join(parts)


def _key_row(key: Key) -> str:
    names = ", ".join(f"`{shown(name)}`" for name in key.keys.split(","))
    what = key.help + " (always enter)" * (key.id in FIXED)
    return f"| {key.id} | {names} | {what} |\n"


def _between(page: Path, text: str) -> str:
    """Return the page with a text between its markers."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{page.name} has lost its markers:\n{BEGIN}{END}")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def _shortened(source: str) -> str:
    """Return of a fault's file what one has to know: its docstring, its check and the fault itself."""
    body = ast.parse(source).body
    parts = []
    for node in body:
        code = ast.get_source_segment(source, node) or ""
        if node is body[0]:
            first, _, rest = code.partition("\n\n")
            parts.append(f'{first}\n\n{rest.partition(chr(10))[0]}\n...\n"""')
        elif isinstance(node, ast.FunctionDef) and node.name == "check":
            parts.append(code)
        elif isinstance(node, ast.FunctionDef) and node.name == "remedies":
            parts.append("\n".join(code.splitlines()[:2]) + "\n    ...")
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FAULT":
            parts.append(code)
    return "\n\n\n".join(parts) + "\n"


def stale() -> list[Path]:
    """List the generated files that are missing or hold something else."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a page is stale")
    check = parser.parse_args().check
    old = stale()
    for path in old:
        if check:
            print(f"{path.relative_to(ROOT)} is stale: run `make docs`", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return int(check and bool(old))


if __name__ == "__main__":
    sys.exit(main())
