"""A higher limit of open files takes root for another user's program, or beyond the program's own hard limit."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from porttui.remedies import more_files
from tests import worlds as w
from tests.faults.by_code import BY_CODE


@pytest.mark.parametrize(("own", "most", "root"), [(True, 1 << 20, False), (True, 1024, True), (False, 1 << 20, True)])
def test_the_limit_is_raised_without_root_only_within_the_users_rights(own: bool, most: int, root: bool) -> None:
    facts = BY_CODE["emfile-close"]
    assert facts.meanwhile is not None
    doing = tuple(replace(each, open_files_most=most) for each in facts.meanwhile.doing)
    owner = replace(w.node(), uid=facts.privileges.uid if own else 33)
    facts = replace(facts, processes=(owner,), meanwhile=replace(facts.meanwhile, doing=doing))
    step = more_files.ways(facts)[0].steps[0]
    assert step.argv is not None
    assert step.argv[0] == "prlimit"
    assert step.needs_root is root
