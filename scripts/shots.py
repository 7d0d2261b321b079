"""Write the pictures of the app: the real one, on recorded facts, so that none shows what porttui does not do.

``python -m scripts.shots [NAME...]`` writes all of them, or those of the states named. Those of the README stand in
screenshots/, all others in tests/snapshots/.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from scripts.pictures.played import pictures_of
from scripts.pictures.states import README, STATES, name_of

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "screenshots", ROOT / "tests/snapshots")


def path_of(name: str) -> Path:
    """Return the file of a picture, by its name: "diagnosis-80x24"."""
    shown = README.get(name)
    return FOLDERS[0] / f"{shown}.svg" if shown else FOLDERS[1] / f"{name}.svg"


def paths() -> set[Path]:
    """Return the files of all pictures."""
    return {path_of(name_of(state, *which)) for state, of in STATES.items() for which in of.pictures}


def main() -> int:
    """Write the pictures of the states named on the command line, or of all; tell which have changed."""
    for name in sys.argv[1:] or STATES:
        for picture, drawn in asyncio.run(pictures_of(name)).items():
            path = path_of(picture)
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            if drawn != before:
                path.parent.mkdir(exist_ok=True)
                path.write_text(drawn, encoding="utf-8")
                print(f"{'changed' if before else 'wrote'} {path.relative_to(ROOT)}")
    if not sys.argv[1:]:
        for path in sorted({path for folder in FOLDERS for path in folder.glob("*.svg")} - paths()):
            path.unlink()
            print(f"removed {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
