"""The six states and the four severities, as symbol, ASCII twin and word. The same in every view."""

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.report import Risk, Severity, Status


class Mark(Value, frozen=True, kw_only=True):
    """How a state is shown. Symbol and ASCII twin are one cell wide; the word always stands beside them."""

    symbol: str
    ascii: str
    word: str

    def shown(self, *, ascii_only: bool = False) -> str:
        """Return symbol and word: "✗ FAIL", or "x FAIL"."""
        return f"{self.ascii if ascii_only else self.symbol} {self.word}"


STATUS_MARKS = {
    Status.PASS: Mark(symbol="✓", ascii="+", word="ok"),
    Status.WARN: Mark(symbol="!", ascii="!", word="warn"),
    Status.FAIL: Mark(symbol="✗", ascii="x", word="FAIL"),
    Status.SKIPPED: Mark(symbol="-", ascii="-", word="skip"),
    Status.UNSEEN: Mark(symbol="?", ascii="?", word="can't see"),
    Status.LOOKING: Mark(symbol=".", ascii=".", word="looking"),
}

SEVERITY_MARKS = {
    Severity.OK: Mark(symbol="✓", ascii="+", word="OK"),
    Severity.WARNING: Mark(symbol="!", ascii="!", word="WARNING"),
    Severity.FAULT: Mark(symbol="✗", ascii="x", word="FAULT"),
    Severity.UNKNOWN: Mark(symbol="?", ascii="?", word="UNKNOWN"),
}

RISK_WORDS = {
    Risk.SAFE: "safe",
    Risk.RESTARTS: "restarts a program",
    Risk.DISRUPTS: "disrupts others",
    Risk.EXPOSES: "exposes to the network",
    Risk.DESTROYS: "destroys something",
}
"""What a way costs, when the way itself does not say it in its own words."""
