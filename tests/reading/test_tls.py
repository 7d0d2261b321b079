"""What a certificate's dates say, also where the handshake was made without a check."""

from __future__ import annotations

import datetime as dt

import pytest

from porttui.model.facts import TlsAnswer
from porttui.reading import tls

_DAY = dt.timedelta(days=1)
_TODAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [(-1, 1, None), (-2, -1, "expired"), (1, 2, "not valid yet")],
)
def test_a_certificate_is_out_of_date_by_this_machines_clock(begins: int, ends: int, told: str | None) -> None:
    answer = TlsAnswer(not_before=_TODAY + begins * _DAY, not_after=_TODAY + ends * _DAY)
    assert tls.out_of_date(answer, _TODAY) == told
