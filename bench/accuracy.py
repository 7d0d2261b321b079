"""How often porttui is right: every fault that the system tests stage, asked as root and as nobody.

``python bench/accuracy.py [--rounds N] [--write] [pytest arguments]`` runs tests/system, which stages each fault for
real and notes what was staged and what was told (tests/system/expect.py). A verdict is right when it is the code that
was staged, partial when it is another fault that is there as well and all that this user can know, undetermined when
porttui admits that it does not know, and wrong otherwise. Wrong is the number that has to be zero. ``--write`` puts
the totals into the README.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODES = ROOT / "tests" / "data" / "codes.tsv"
BEGIN, END = "<!-- made by `make accuracy`: begin -->\n", "<!-- made by `make accuracy`: end -->\n"
MARKS = ("right", "partial", "undetermined", "wrong")
PEOPLE = {"root": "root", "nobody": "uid 65534"}
"""Who asked, and how that is written."""


@dataclass(frozen=True)
class Told:
    """One question to porttui about a fault that was staged."""

    test: str
    truth: str
    """The code of what was staged."""
    told: str
    """The code that porttui gave."""
    true_too: str
    """Another code that is true of what was staged, where this person can know no more; else empty."""
    person: str
    seconds: float
    """With the start of the interpreter."""

    @property
    def mark(self) -> str:
        """Return "right", "partial", "undetermined" or "wrong"."""
        if self.told == self.truth:
            return "right"
        if self.told == self.true_too:
            return "partial"
        return "undetermined" if self.told == "undetermined" else "wrong"


def main() -> int:
    """Stage everything, count, print; exit 1 when a verdict was wrong or a test failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1, help="how often everything is staged")
    parser.add_argument("--write", action="store_true", help="put the totals into the README")
    options, rest = parser.parse_known_args()
    rounds: list[list[Told]] = []
    failed = 0
    for number in range(1, options.rounds + 1):
        told, status = _stage(rest)
        rounds.append(told)
        failed |= status
        print(f"round {number}: {_sum(told)}{', and tests failed' if status else ''}", flush=True)
    everything = [each for told in rounds for each in told]
    if not everything:
        print("nothing was staged: this takes root, and what scripts/setup system installs", file=sys.stderr)
        return 1
    print("\n".join(_table(everything)))
    if options.write:
        _write(rounds)
    return int(bool(failed) or any(each.mark == "wrong" for each in everything))


def _stage(arguments: list[str]) -> tuple[list[Told], int]:
    """Run the system tests once; return what they noted, and pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "told"
        run = (sys.executable, "-m", "pytest", "-q", "-n", "6", "tests/system", *arguments)
        done = subprocess.run(
            run, cwd=ROOT, env=os.environ | {"PORTTUI_ACCURACY": str(file)}, stdout=sys.stderr, check=False
        )
        lines = file.read_text().splitlines() if file.exists() else []
    return [Told(**json.loads(line)) for line in lines], done.returncode


def _table(everything: list[Told]) -> list[str]:
    by_code: dict[str, list[Told]] = defaultdict(list)
    for each in everything:
        by_code[each.truth].append(each)
    head = "".join(f"{PEOPLE[person]:>13}" for person in PEOPLE)
    lines = ["", f"{'code':<32}{head}   seconds   (right/partial/undetermined/wrong; median)"]
    codes = _codes()
    for code in sorted(by_code, key=lambda code: codes.index(code) if code in codes else len(codes)):
        told = by_code[code]
        counts = "".join(f"{_counts([each for each in told if each.person == person]):>13}" for person in PEOPLE)
        lines.append(f"{code:<32}{counts}{statistics.median(each.seconds for each in told):>10.2f}")
    lines += ["", *(_line(everything, person) for person in PEOPLE)]
    if not_staged := [code for code in codes if code not in by_code]:
        lines += ["", f"Not staged: {', '.join(not_staged)}"]
    for each in everything:
        if each.mark == "wrong":
            lines.append(f"WRONG  {each.person}: {each.told} in place of {each.truth}  {each.test}")
    return lines


def _line(everything: list[Told], person: str) -> str:
    return f"{PEOPLE[person]:<10} {_sum([each for each in everything if each.person == person])}"


def _counts(told: list[Told]) -> str:
    marks = [each.mark for each in told]
    return "/".join(str(marks.count(mark)) for mark in MARKS) if marks else "-"


def _sum(told: list[Told]) -> str:
    marks = [each.mark for each in told]
    share = 100 * marks.count("right") / len(marks) if marks else 0.0
    others = ", ".join(f"{marks.count(mark)} {mark}" for mark in MARKS[1:])
    return f"{len(marks)} asked, {share:.1f} % right, {others}"


def _codes() -> list[str]:
    with CODES.open() as lines:
        return [row["code"] for row in csv.DictReader(lines, delimiter="\t")]


def _write(rounds: list[list[Told]]) -> None:
    """Put a small table between the README's markers."""
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"README.md has lost its markers:\n{BEGIN}{END}")
    readme.write_text(f"{before}{BEGIN}\n{_summary(rounds)}\n{END}{after}")


def _summary(rounds: list[list[Told]]) -> str:
    everything = [each for told in rounds for each in told]
    codes = {each.truth for each in everything}
    times = "once" if len(rounds) == 1 else f"{len(rounds)} times in a row"
    day = dt.datetime.now(dt.UTC).date().isoformat()
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    lines = [
        f"On {day}, {system}: {len(codes)} of {len(_codes())} codes staged for real, {times}.",
        "",
        "| asked as | questions | right | partial | undetermined | wrong | median |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for person, name in PEOPLE.items():
        told = [each for each in everything if each.person == person]
        marks = [each.mark for each in told]
        right = 100 * marks.count("right") / len(marks)
        middle = statistics.median(each.seconds for each in told)
        lines.append(
            f"| {name} | {len(told)} | {right:.1f} % | {' | '.join(str(marks.count(mark)) for mark in MARKS[1:])} "
            f"| {middle:.2f} s |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
