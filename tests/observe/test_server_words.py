from __future__ import annotations

import pytest

from porttui.observe import server_words


@pytest.mark.parametrize(
    ("command", "ports"),
    [
        ("redis-server 127.0.0.1:6390", {6390}),
        ("redis-server *:6379", {6379}),
        ("python3 -m http.server 8000", {8000}),
        ("uvicorn app:app --port 8000 --workers 10", {8000, 10}),
        ("vite --port=5173", {5173}),
        ("server -p8081", {8081}),
        ("server [::]:9000", {9000}),
        ("docker-proxy -host-port 8080 -container-port 80", {8080}),
        ("kubectl port-forward svc/x 8080:80", {8080}),
        ("ssh -N -L 8080:127.0.0.1:9999 -p 2222 host", {8080}),
        ("ssh -L127.0.0.1:8080:db:5432 -D 1080 host", {8080, 1080}),
        ("socat TCP-LISTEN:8080,fork TCP:127.0.0.1:80", {8080}),
        ("nc -lk 8080", {8080}),
        ("nc 127.0.0.1 8080", set()),
        ("bin/myclient 127.0.0.1:8000", set()),
        ("myclient --server 127.0.0.1:8000", set()),
        ("myclient --remote-addr=127.0.0.1:8000", set()),
        ("app --bind 127.0.0.1:8000 127.0.0.1:5432", {8000}),
        ("gunicorn -b 127.0.0.1:8000 app:app", {8000}),
        ("php -S 127.0.0.1:8000", {8000}),
        ("python3 manage.py runserver 127.0.0.1:8000", {8000}),
        ("node --inspect=127.0.0.1:9229 app.js", {9229}),
        ("api :8000", {8000}),
        ("node fetch.js http://localhost:3000/", set()),
        ("app /srv/releases/20240101/8000", set()),
        ("app --id=99999", set()),
        ("app v8000x", set()),
    ],
)
def test_which_numbers_of_a_command_line_are_ports(command: str, ports: set[int]) -> None:
    assert server_words.ports_named(command.split()) == ports
    assert server_words.ports_named((command,)) >= ports  # a title written into one argument


@pytest.mark.parametrize(
    "command",
    ["python3 /opt/x/.venv/bin/porttui 8000", "python3 -X dev -m porttui 8000", "uv run porttui 8000",
     "python3 /usr/bin/http 127.0.0.1:8000", "psql -p 5432"],
)  # fmt: skip
def test_porttui_and_clients_are_no_servers_whatever_runs_them(command: str) -> None:
    assert not server_words.may_serve(tuple(command.split()))
    assert server_words.may_serve(("python3", "-m", "http.server", "8000"))
