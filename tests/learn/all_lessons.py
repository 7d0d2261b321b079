"""Make every lesson from a small look at this machine, and print them by topic as JSON: for tests as other people."""

from __future__ import annotations

import json
import sys

from porttui.learn.contents import LESSONS
from porttui.learn.setting import lesson_rows
from porttui.model.parse import parse
from porttui.observe import this_platform
from porttui.observe.small import look_around

if __name__ == "__main__":
    facts = look_around(parse("localhost:62893"), this_platform())
    json.dump({one.topic: lesson_rows(one, one.page(facts), int(sys.argv[1])) for one in LESSONS}, sys.stdout)
