"""Passwords, tokens and keys are hidden, and what looks like them is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porttui.model.secrets import HIDDEN, hide_secrets, without_secrets


@pytest.mark.parametrize(
    ("given_argv", "shown"),
    [
        (["--password=x y"], ["--password=(hidden) y"]),
        (["--token", "x", "--port", "80"], ["--token", "(hidden)", "--port", "80"]),
        (["--token", "--port", "80"], ["--token", "--port", "80"]),
        (["API_KEY=x"], ["API_KEY=(hidden)"]),
        (["-Djavax.net.ssl.keyStorePassword=x"], ["-Djavax.net.ssl.keyStorePassword=(hidden)"]),
        (["--requirepass", "x"], ["--requirepass", "(hidden)"]),
        (["postgres://app:x@db/app"], ["postgres://app:(hidden)@db/app"]),
        (["http://h/?token=x&a=b"], ["http://h/?token=(hidden)&a=b"]),
        (["-H", "Authorization: Bearer x"], ["-H", "Authorization: (hidden)"]),
        (["sh", "-c", "run --secret x --port 80"], ["sh", "-c", "run --secret (hidden) --port 80"]),
        (["curl", "-u", "bob:pw", "http://h/"], ["curl", "-u", "bob:(hidden)", "http://h/"]),
        (["/usr/bin/curl", "-u", "bob", "http://h/"], ["/usr/bin/curl", "-u", "bob", "http://h/"]),
        (["redis-cli", "-a", "pw", "ping"], ["redis-cli", "-a", "(hidden)", "ping"]),
        (["redis-cli", "--pass", "pw"], ["redis-cli", "--pass", "(hidden)"]),
        (["sudo", "mysql", "-ppw", "-P", "3306"], ["sudo", "mysql", "-p(hidden)", "-P", "3306"]),
        (["sh", "-c", "exec mysql -u me -ppw shop"], ["sh", "-c", "exec mysql -u me -p(hidden) shop"]),
        (["https://tok@h/x"], ["https://(hidden)@h/x"]),
        (["bob:pw@db:5432"], ["bob:(hidden)@db:5432"]),
        (["X-Api-Key: x y"], ["X-Api-Key: (hidden)"]),
        (
            ["redis-server", "--requirepass", "pw", "--port", "6380"],
            ["redis-server", "--requirepass", "(hidden)", "--port", "6380"],
        ),
        (["deno", "run", "npm:vite@5", "-p8000"], ["deno", "run", "npm:vite@5", "-p8000"]),
        (["docker", "run", "-p8080:80", "-a", "stdout"], ["docker", "run", "-p8080:80", "-a", "stdout"]),
        (["--password-file", "/run/pw"], ["--password-file", "/run/pw"]),
        (["token-server:8080"], ["token-server:8080"]),
        (["-p", "8080", "http://127.0.0.1:8080/"], ["-p", "8080", "http://127.0.0.1:8080/"]),
    ],
)
def test_secrets_are_hidden_and_the_rest_is_not(given_argv: list[str], shown: list[str]) -> None:
    assert hide_secrets(given_argv) == tuple(shown)


@given(
    st.sampled_from(["--password", "--db-passwd", "--client-secret", "--auth-token", "--api-key"]),
    st.text(st.characters(categories=["L", "N"]), min_size=20, max_size=40),
    st.booleans(),
)
def test_no_secret_gets_through(option: str, secret: str, together: bool) -> None:
    argv = [f"{option}={secret}"] if together else [option, secret]
    assert all(secret not in part for part in hide_secrets(["server", *argv, "--port", "80"]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("curl --user=bob:pw http://h/", "curl --user=bob:(hidden) http://h/"),
        ("curl -H 'X-Api-Key: pw' http://h/", "curl -H 'X-Api-Key: (hidden)' http://h/"),
        ("redis-server --requirepass pw --port 6380", "redis-server --requirepass (hidden) --port 6380"),
        ("redis-cli --pass pw ping", "redis-cli --pass (hidden) ping"),
        ("run -DkeyStorePassword=pw", "run -DkeyStorePassword=(hidden)"),
        ("http://localhost:8888/?token=abc", "http://localhost:8888/?token=abc"),
        ("SyntaxError: Unexpected token: localhost:3000", "SyntaxError: Unexpected token: localhost:3000"),
        ("--password-file /run/pw", "--password-file /run/pw"),
    ],
)
def test_secrets_of_a_paste(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
    assert without_secrets(shown) == shown, "what is hidden stays as it is"


def test_there_is_one_mark() -> None:
    assert HIDDEN == "(hidden)"
