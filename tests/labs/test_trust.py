from __future__ import annotations

import os
from pathlib import Path

import pytest

from porttui.labs.trust import others_write

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no labs run on Windows")


def test_a_folder_in_which_anybody_may_put_a_file_is_not_trusted_though_it_is_sticky(tmp_path: Path) -> None:
    """Nobody can replace what is in there, as in /tmp; but what is added would be run as a lab."""
    tmp_path.chmod(0o1777)
    (labs := tmp_path / "labs").mkdir(mode=0o755)
    refused = f"{tmp_path.resolve()}: everybody may change it"
    assert others_write(tmp_path) == refused
    assert others_write(labs) != refused, "a folder in a sticky one belongs to its owner alone"
    (labs / "linked").symlink_to(tmp_path)
    assert others_write(labs) == refused
