"""Write the pages that are made from the faults themselves: docs/faults.md, and the table in the README.

``python -m scripts.docs`` writes them; with ``--check`` it only says which are stale, and exits 1 when one is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from porttui.faults.registry import FAULTS
from porttui.render.faults_page import faults_markdown, faults_table

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- The table of faults is made by `make docs`: begin -->\n"
END = "<!-- The table of faults is made by `make docs`: end -->\n"


def pages() -> dict[Path, str]:
    """Return what each generated file has to hold."""
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"README.md has lost its markers:\n{BEGIN}{END}")
    return {
        ROOT / "docs" / "faults.md": faults_markdown(FAULTS),
        readme: f"{before}{BEGIN}\n{faults_table(FAULTS)}\n{END}{after}",
    }


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
