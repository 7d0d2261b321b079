"""Passwords, tokens and keys are hidden, and what looks like them is not."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porttui.model.secrets import HIDDEN, hide_in_text, hide_secrets, without_secrets


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
        (["sshpass", "-p", "pw", "ssh", "h"], ["sshpass", "-p", "(hidden)", "ssh", "h"]),
        (["docker", "login", "-u", "bob", "-p", "pw"], ["docker", "login", "-u", "bob", "-p", "(hidden)"]),
        (["mongosh", "-u", "bob", "-p", "pw"], ["mongosh", "-u", "bob", "-p", "(hidden)"]),
        (["ldapsearch", "-w", "pw", "-x"], ["ldapsearch", "-w", "(hidden)", "-x"]),
        (["env", "PGPASSWORD=x", "psql"], ["env", "PGPASSWORD=(hidden)", "psql"]),
        (["env", "DB_PASS=x", "OLDPWD=/srv"], ["env", "DB_PASS=(hidden)", "OLDPWD=/srv"]),
        (["AccountName=a;AccountKey=x=="], ["AccountName=a;AccountKey=(hidden)"]),
        (["openssl", "rsa", "-passin", "pass:x"], ["openssl", "rsa", "-passin", "pass:(hidden)"]),
        (["sh", "-c", "sshpass -p pw ssh h"], ["sh", "-c", "sshpass -p (hidden) ssh h"]),
        (["llm", "--max-tokens", "512", "--tokenizer=bpe"], ["llm", "--max-tokens", "512", "--tokenizer=bpe"]),
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


LETTERS = string.ascii_letters + string.digits
SHAPES = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "glrt-", "gldt-", "glcbt-", "glptt-", "glsoat-"),
    *("glft-", "glagent-", "xoxb-", "xapp-", "sk_live_", "rk_test_", "whsec_", "sk-ant-1-", "AIza", "ya29.", "GOCSPX-"),
    *("npm_", "pypi-AgEIcHlwaS5vcmc", "dckr_pat_", "hvs.", "tskey-", "lin_api_", "NRAK-", "SG." + "a" * 20 + "."),
    *("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.", "sq0atp-", "ATATT3xxxx", "-----BEGIN EC PRIVATE KEY-----\n"),
)
HEXADECIMAL = ("dop_v1_", "dor_v1_", "dapi", "shpat_", "shpss_", "AGE-SECRET-KEY-1", "bot123456789:")


@pytest.mark.parametrize("shape", HEXADECIMAL)
def test_tokens_of_fixed_letters(shape: str) -> None:
    secret = "0123456789abcdef" * 2 + "01234567" * ("_v1_" in shape)
    secret = secret.upper() if shape.startswith("AGE") else secret
    assert hide_secrets([f"--x={shape}{secret}"]) == ("--x=(hidden)",)


@given(st.sampled_from(SHAPES), st.text(LETTERS, min_size=36, max_size=60), st.sampled_from(["{}", "--x={}", "{}:80"]))
def test_what_has_the_shape_of_a_token_is_hidden_wherever_it_stands(shape: str, secret: str, place: str) -> None:
    word = place.format(shape + secret)
    (shown,) = hide_secrets([word])
    assert secret not in shown
    assert HIDDEN in shown
    for line in (f"2025-11-22 GET /{word} 200", f'{{"key": "{word}"}}'):
        assert secret not in hide_in_text(line)
    assert secret not in without_secrets(f"Error: {word}\nconnect ECONNREFUSED 127.0.0.1:80")


def test_ids_of_keys_are_hidden_and_what_only_looks_like_one_is_not() -> None:
    assert hide_secrets(["AKIAIOSFODNN7EXAMPLE"]) == (HIDDEN,)
    alike = (
        "sk-learn-with-a-long-name-and-no-number",
        "eyJ",
        "ghp_short",
        "npm_config_registry",
        "AKIA",
        "skeyJaaaaa.b",
    )
    assert hide_secrets(alike) == alike


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
