"""Commands told part by part."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porttui.remedies.parts import parts

TOLD = {
    "npm run dev -- --host 127.0.0.1": [
        ("npm run dev", 'runs "dev" of package.json'),
        ("--", "what follows is for the program, not for npm"),
        ("--host 127.0.0.1", "listen there: IPv4, reached by this machine only"),
    ],
    "ssh -L 5173:[::1]:5173 dev@192.168.4.20": [
        ("ssh", "logs in on another machine"),
        ("-L 5173:[::1]:5173", "port 5173 of your laptop is led to port 5173 of ::1, as seen from there"),
        ("dev@192.168.4.20", "log in on 192.168.4.20 as dev"),
    ],
    "sudo kill 4121": [
        ("sudo", "with all rights; it asks for your password"),
        ("kill", "sends a signal to a process"),
        ("4121", "process 4121; where no signal is named before it, it is asked to end (SIGTERM)"),
    ],
    "python manage.py runserver 0.0.0.0:8001": [
        ("python manage.py runserver", "starts the server"),
        ("0.0.0.0:8001", "listen on port 8001 on every IPv4 address: your network can reach it"),
    ],
    "node server.js --port=3001 --watch": [
        ("node server.js", "starts the server"),
        ("--port=3001", "listen on port 3001"),
        ("--watch", "as it was started before"),
    ],
    "env PORT=3001 npm start": [
        ("env PORT=3001", "sets PORT to 3001, for this one command"),
        ("npm start", 'runs "start" of package.json'),
    ],
}


@pytest.mark.parametrize("command", TOLD)
def test_a_command_is_told_in_plain_words(command: str) -> None:
    assert list(parts(tuple(shlex.split(command)))) == TOLD[command]


WORDS = st.sampled_from(
    ["sudo", "env", "A=b", "npm", "run", "--", "--host", "--port", "80", "::1", "-p", "ssh", "cmd", "/c", "set A=b&& c",
     "kill", "sport = :1", "{x}", "ss", "", "docker", "-L", "1:[::1]:2", "http.server", "-m", "python3"]
)  # fmt: skip


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_whatever_the_command_nothing_of_it_is_lost(argv: list[str]) -> None:
    told = parts(tuple(argv))
    assert " ".join(words for words, _ in told) == " ".join(argv)
    assert all(meaning for _, meaning in told)
