"""What the user types: every form of a target, and what is said about nonsense."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porttui.model.parse import _typed, _unwrap, parse
from porttui.model.plain import read_plain
from porttui.model.printable import is_printable
from porttui.model.target import Asked, Question, Target, TargetError

FORMS = [
    # typed, host, port, scheme, path
    ("62893", "localhost", 62893, None, "/"),
    (" 62893\n", "localhost", 62893, None, "/"),
    (":62893", "localhost", 62893, None, "/"),
    ("*:62893", "localhost", 62893, None, "/"),
    ("port 3000", "localhost", 3000, None, "/"),
    ("3000/tcp", "localhost", 3000, None, "/"),
    ("127.0.0.1:3000/tcp", "127.0.0.1", 3000, None, "/"),
    ("tcp 3000", "localhost", 3000, None, "/"),
    ("127.0.0.1 : 3000", "127.0.0.1", 3000, None, "/"),
    ("PORT=3000", "localhost", 3000, None, "/"),
    ("00080", "localhost", 80, None, "/"),
    ("localhost:62893", "localhost", 62893, None, "/"),
    ("LocalHost:62893", "localhost", 62893, None, "/"),
    ("127.0.0.1:62893", "127.0.0.1", 62893, None, "/"),
    ("127.0.0.1 62893", "127.0.0.1", 62893, None, "/"),
    ("localhost, 3000", "localhost", 3000, None, "/"),
    ("localhost: 3000", "localhost", 3000, None, "/"),
    ("[::1]:62893", "::1", 62893, None, "/"),
    ("::1 62893", "::1", 62893, None, "/"),
    ("[::1] 62893", "::1", 62893, None, "/"),
    ("::1:3000", "::1", 3000, None, "/"),
    (":::8080", "::", 8080, None, "/"),
    (":: 8080", "::", 8080, None, "/"),
    ("::ffff:127.0.0.1:8080", "::ffff:127.0.0.1", 8080, None, "/"),
    ("[::ffff:127.0.0.1]:8080", "::ffff:127.0.0.1", 8080, None, "/"),
    ("[::1]", "::1", 80, "http", "/"),
    ("::1", "::1", 80, "http", "/"),
    ("2001:db8::1", "2001:db8::1", 80, "http", "/"),
    ("fe80::1%eth0", "fe80::1%eth0", 80, "http", "/"),
    ("[fe80::1%eth0]:80", "fe80::1%eth0", 80, None, "/"),
    ("[fe80::1%25eth0]:80", "fe80::1%eth0", 80, None, "/"),
    ("fe80::1%eth0 8080", "fe80::1%eth0", 8080, None, "/"),
    ("http://[fe80::1%25eth0]:8080/x", "fe80::1%eth0", 8080, "http", "/x"),
    ("0.0.0.0:8000", "0.0.0.0", 8000, None, "/"),
    ("[::]:8000", "::", 8000, None, "/"),
    ("localhost", "localhost", 80, "http", "/"),
    ("api.example.com", "api.example.com", 80, "http", "/"),
    ("api.example.com.:443", "api.example.com.", 443, None, "/"),
    ("bücher.example:80", "bücher.example", 80, None, "/"),
    ("my_service:8080", "my_service", 8080, None, "/"),
    ("2130706433:80", "2130706433", 80, None, "/"),
    ("0x7f.1:80", "0x7f.1", 80, None, "/"),
    ("127.1", "127.1", 80, "http", "/"),
    ("http://localhost", "localhost", 80, "http", "/"),
    ("http://localhost:3000/path", "localhost", 3000, "http", "/path"),
    ("HTTP://LOCALHOST:3000/Path?q=1#top", "localhost", 3000, "http", "/Path?q=1"),
    ("http://localhost:3000?q=1", "localhost", 3000, "http", "/?q=1"),
    ("https://localhost", "localhost", 443, "https", "/"),
    ("https://[::1]:8443/", "::1", 8443, "https", "/"),
    ("//localhost:3000/x", "localhost", 3000, "http", "/x"),
    ("localhost:3000/login", "localhost", 3000, "http", "/login"),
    ("localhost：3000", "localhost", 3000, None, "/"),  # noqa: RUF001
    ("ws://localhost:5173/hmr", "localhost", 5173, "ws", "/hmr"),
    ("wss://localhost/x", "localhost", 443, "wss", "/x"),
    ("redis://localhost", "localhost", 6379, "redis", "/"),
    ("postgres://localhost/shop", "localhost", 5432, "postgresql", "/shop"),
    ("postgresql+asyncpg://db:5433/shop", "db", 5433, "postgresql", "/shop"),
    ("jdbc:postgresql://localhost:5432/shop", "localhost", 5432, "postgresql", "/shop"),
    ("mongodb://a:27018,b:27019/shop", "a", 27018, "mongodb", "/shop"),
    ("tcp://127.0.0.1:3000/x", "127.0.0.1", 3000, None, "/"),
    ("grpc://localhost:50051", "localhost", 50051, "grpc", "/"),
    ("localhost:http", "localhost", 80, "http", "/"),
    ("localhost:redis", "localhost", 6379, "redis", "/"),
    ("localhost redis", "localhost", 6379, "redis", "/"),
    ("127.0.0.1:PostgreSQL", "127.0.0.1", 5432, "postgresql", "/"),
    ("ssh", "localhost", 22, "ssh", "/"),
    ("postgresql", "localhost", 5432, "postgresql", "/"),
    # Wrapped by what they are copied from.
    ("localhost:3000.", "localhost", 3000, None, "/"),
    ("`localhost:3000`", "localhost", 3000, None, "/"),
    ('"http://localhost:3000/",', "localhost", 3000, "http", "/"),
    ("<http://localhost:3000>", "localhost", 3000, "http", "/"),
    ("**http://localhost:3000**", "localhost", 3000, "http", "/"),
    ("(localhost:3000)", "localhost", 3000, None, "/"),
    ("“localhost:3000”", "localhost", 3000, None, "/"),
    ("- localhost:3000", "localhost", 3000, None, "/"),
    ("[the shop](http://localhost:3000/shop)", "localhost", 3000, "http", "/shop"),
    ("('127.0.0.1', 8080)", "127.0.0.1", 8080, None, "/"),
    ("\ufefflocalhost:3000\u200b", "localhost", 3000, None, "/"),
    ("\x1b[4mhttp://localhost:3000/\x1b[0m", "localhost", 3000, "http", "/"),
]

COMMANDS = [
    ("curl http://localhost:3000/api", "localhost", 3000, "http", "/api"),
    ("$ curl -sS -X POST -H 'Host: shop' localhost:3000/api -d '{\"a\": 1}'", "localhost", 3000, "http", "/api"),
    ("curl --max-time 5 localhost", "localhost", 80, "http", "/"),
    ("dev@devbox:~/shop$ curl -k https://127.0.0.1:8443/ | jq .", "127.0.0.1", 8443, "https", "/"),
    ("wget -qO- http://[::1]:8000/x", "::1", 8000, "http", "/x"),
    ("psql -h localhost -p 5433 -U app shop", "localhost", 5433, "postgresql", "/"),
    ("psql -hdb -p5433", "db", 5433, "postgresql", "/"),
    ("psql --host=db --port=5433", "db", 5433, "postgresql", "/"),
    ("psql postgresql://app@db:5433/shop", "db", 5433, "postgresql", "/shop"),
    ('psql "host=db port=5433 dbname=shop"', "db", 5433, "postgresql", "/"),
    ("psql shop", "localhost", 5432, "postgresql", "/"),
    ("pg_isready -p 5433", "localhost", 5433, "postgresql", "/"),
    ("redis-cli -p 6390 ping", "localhost", 6390, "redis", "/"),
    ("redis-cli -h 127.0.0.1 -n 2 keys '*'", "127.0.0.1", 6379, "redis", "/"),
    ("redis-cli -u redis://localhost:6390/0", "localhost", 6390, "redis", "/0"),
    ("mysql -h 127.0.0.1 -P 3307 -u root", "127.0.0.1", 3307, "mysql", "/"),
    ("ssh -p 2222 dev@host", "host", 2222, "ssh", "/"),
    ("ssh -i ~/.ssh/key -L 8080:localhost:80 dev@host", "host", 22, "ssh", "/"),
    ("scp -P 2222 file dev@host:/tmp", "file", 2222, "ssh", "/"),
    ("nc -vz host 8080", "host", 8080, None, "/"),
    ("nc -w 3 ::1 8080", "::1", 8080, None, "/"),
    ("telnet host 25", "host", 25, None, "/"),
    ("telnet localhost", "localhost", 23, None, "/"),
    ("sudo FOO=bar curl localhost:3000", "localhost", 3000, "http", "/"),
    ("Test-NetConnection localhost -Port 3000", "localhost", 3000, None, "/"),
    ("openssl s_client -connect localhost:8443", "localhost", 8443, None, "/"),
]

NONSENSE = [
    "",
    " \n\t ",
    "0",
    "65536",
    "-1",
    "+80",
    "99999999999",
    "9" * 10_000,
    "localhost:",
    ":",
    "localhost:0",
    "localhost:65536",
    "localhost:-1",
    "localhost:abc",
    "localhost 99999",
    "[::1",
    "[::1]x",
    "[::g]:80",
    "1:2:3",
    "127.0.0.256:80",
    "127.0.0.1%eth0:80",
    "fe80::1%",
    "a..b:80",
    "a" * 64 + ":80",
    "-host:80",
    "http://",
    "http:///path",
    "http://localhost:99999/",
    "foo://localhost",
    "udp://localhost:53",
    "53/udp",
    "file:///etc/hosts",
    "unix:///var/run/docker.sock",
    "8080:80",
    "localhost:8080:80",
    "http:localhost:3000",
    "https:/localhost",
    "127.0.0.1:53/udp",
    "Error: connect ECONNREFUSED /var/run/docker.sock",
    "hello world",
    "it does not work",
    "ECONNREFUSED",
    "ConnectionRefusedError: [Errno 111] Connection refused",
    "OSError: [Errno 98] Address already in use",
    "Error: listen EADDRINUSE: address already in use /tmp/app.sock",
    "node:events:502\n      throw er; // Unhandled 'error' event",
    "12:31:05 something happened in main.py:42",
    "psql -h localhost -p 99999",
    "\x1b[2J\x07\x00",
    "a\x00b\u202ec",
    "ec\u0301\u0301ho:80",
]


@pytest.mark.parametrize(("typed", "host", "port", "scheme", "path"), FORMS, ids=[form[0] for form in FORMS])
def test_every_form_of_a_target_is_read(typed: str, host: str, port: int, scheme: str | None, path: str) -> None:
    asked = parse(typed)
    target = asked.target
    assert (target.host, target.port, target.scheme, target.path) == (host, port, scheme, path)
    assert asked.question is Question.CONNECT


@pytest.mark.parametrize(("typed", "host", "port", "scheme", "path"), COMMANDS, ids=[form[0] for form in COMMANDS])
def test_a_command_line_is_read_as_what_it_would_connect_to(
    typed: str, host: str, port: int, scheme: str | None, path: str
) -> None:
    asked = parse(typed)
    target = asked.target
    assert (target.host, target.port, target.scheme, target.path) == (host, port, scheme, path)
    assert asked.question is Question.CONNECT
    assert asked.read_from


@pytest.mark.parametrize("typed", NONSENSE, ids=[repr(text)[:40] for text in NONSENSE])
def test_nonsense_gets_one_line_with_an_example_that_works(typed: str) -> None:
    with pytest.raises(TargetError) as raised:
        parse(typed)
    message = str(raised.value)
    assert is_printable(message)
    assert len(message) < 300
    what, _, example = message.rpartition(" Example: ")
    assert what.endswith(".")
    parse(example)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("65536", "65535"),
        ("localhost:", "no port after the colon"),
        ("127.0.0.256:80", "IPv4"),
        ("udp://localhost:53", "UDP"),
        ("8080:80", "published port"),
        ("127.0.0.1:8080:80", "localhost:8080"),
        ("http:localhost:3000", "two slashes"),
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "socket in the file system"),
        ("OSError: [Errno 98] Address already in use", "not which"),
        ("ECONNREFUSED", "no address"),
        ("http://localhost:99999/", '"99999"'),
    ],
)
def test_the_message_says_what_is_wrong(typed: str, word: str) -> None:
    with pytest.raises(TargetError, match=re.escape(word)):
        parse(typed)


def test_a_port_alone_asks_localhost_and_serves_everywhere() -> None:
    assert parse("8080").target.host == "localhost"
    assert parse("8080", Question.CONNECT).target.host == "localhost"
    assert parse("8080", Question.BIND).target.host == "0.0.0.0"
    assert parse(":8080", Question.BIND).target.host == "0.0.0.0"
    assert parse("localhost:8080", Question.BIND).target.host == "localhost"


def test_the_question_that_the_user_chose_wins() -> None:
    refused, in_use = "connect ECONNREFUSED 127.0.0.1:5173", "listen EADDRINUSE: address already in use :::8080"
    assert parse(refused).question is Question.CONNECT
    assert parse(refused, Question.BIND).question is Question.BIND
    assert parse(in_use).question is Question.BIND
    assert parse(in_use, Question.CONNECT).question is Question.CONNECT
    assert parse("Port 5000 is in use by another program.", Question.CONNECT).target.host == "localhost"


def test_a_server_that_listens_by_nc_asks_the_second_question() -> None:
    asked = parse("nc -lk 8080")
    assert (asked.question, asked.target.host, asked.target.port) == (Question.BIND, "0.0.0.0", 8080)


@pytest.mark.parametrize(
    "text",
    [
        "redis://:hunter2@localhost:6390/0",
        "postgres://app:hunter2@localhost:5432/shop",
        "postgres://app:hunt/er2@hunter2@localhost:5432/shop",
        "http://hunter2@localhost:3000/",
        "dial failed: postgres://app:hunter2@localhost:5432/shop: connection refused",
        "curl -u dev:hunter2 http://localhost:3000/",
        "redis-cli -h localhost -a hunter2 ping",
        "mysql -h 127.0.0.1 -u root -phunter2 shop",
        "PGPASSWORD=hunter2 psql -h localhost",
        "curl -H 'Authorization: Bearer hunter2' http://localhost:3000/",
        "app:hunter2@localhost:8080",
    ],
)
def test_passwords_are_not_kept(text: str) -> None:
    asked = parse(text)
    assert "hunter2" not in repr(asked)
    assert "(hidden)" in asked.target.input
    assert asked.target.host in ("localhost", "127.0.0.1")


def test_passwords_are_not_repeated_in_messages() -> None:
    with pytest.raises(TargetError) as raised:
        parse("redis://app:hunter2@localhost:99999/0")
    assert "hunter2" not in str(raised.value)


def test_an_at_sign_in_a_path_is_no_user() -> None:
    target = parse("http://localhost:5173/@vite/client").target
    assert (target.host, target.port, target.path) == ("localhost", 5173, "/@vite/client")


def test_what_is_kept_of_a_paste_is_printable() -> None:
    asked = parse("\x1b[31mError:\x1b[0m connect ECONNREFUSED 127.0.0.1:5173\n\x00\x9b31m\u202e")
    assert is_printable(asked.target.input)
    assert is_printable(asked.read_from)
    assert "\\n" in asked.target.input


def test_a_long_paste_is_read_from_both_ends_quickly() -> None:
    noise = "at frame (/home/dev/a.js:1:2)\n" * 20_000 + "x:" * 50_000 + "\n"
    assert parse("connect ECONNREFUSED 127.0.0.1:5173\n" + noise).target.port == 5173
    asked = parse(noise + "connect ECONNREFUSED 127.0.0.1:5173")
    assert asked.target.port == 5173
    assert len(asked.target.input) <= 1000


_labels = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
_names = st.lists(_labels, min_size=1, max_size=4).map(".".join)
_v6 = st.ip_addresses(v=6).map(str)
_zoned = st.from_regex(r"fe80::[1-9a-f][0-9a-f]{0,3}%[a-z][a-z0-9_.-]{0,14}", fullmatch=True)
_hosts = st.one_of(_names, st.ip_addresses(v=4).map(str), _v6, _zoned)
_paths = st.from_regex(r"/([A-Za-z0-9_@%&=+-]{1,10}/?){0,4}(\?[a-z]{1,5}=[a-z0-9]{0,8})?", fullmatch=True)


@given(
    _hosts, st.integers(1, 65535), st.sampled_from([None, "http", "https", "redis", "postgresql", "ws", "ssh"]), _paths
)
@settings(deadline=None)
def test_a_target_is_read_back_from_its_own_text(host: str, port: int, scheme: str | None, path: str) -> None:
    target = Target(input="", host=host, port=port, scheme=scheme, path=path if scheme else "/")
    read = parse(str(target)).target
    assert (read.host, read.port, read.scheme, read.path) == (host, port, target.scheme, target.path)
    assert str(read) == str(target)
    assert read.input == str(target)


_pieces = st.sampled_from(
    ["localhost", "127.0.0.1", "::1", ":", "[", "]", "%", "/", "//", "://", "http", "redis", " ", "\n", "8080", "0",
     "99999", "port", "'", '"', "(", ")", "->", "connect", "ECONNREFUSED", "listen", "EADDRINUSE", "dial tcp", "curl",
     "-p", "@", "psql", "=", "host", "\x1b[", "\x00", "\u202e", "é", "\u0661", "\ud800"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(_pieces, max_size=20).map("".join)))
@settings(deadline=None, max_examples=500)
def test_any_text_gives_a_target_or_a_message(text: str) -> None:
    try:
        asked = parse(text)
    except TargetError as error:
        message = str(error)
        assert is_printable(message)
        parse(message.rpartition(" Example: ")[2])
        return
    assert isinstance(asked, Asked)
    assert 1 <= asked.target.port <= 65535
    assert asked.target.host
    for shown in (asked.target.input, asked.target.host, asked.target.path, asked.read_from, str(asked.target)):
        assert is_printable(shown)


@given(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "http://", "https://", "ws://", "HTTP://"]),
        st.one_of(st.just("localhost"), st.just("127.0.0.1"), st.text("a0-.2A:", max_size=9)),
        st.sampled_from(["", ":", ":80", ":080", ":65536", ":0", "443"]),
        st.sampled_from(["", "/", "/a/b.html", "/a.", "/?a", "/#b", "//", "/x-", "/a_b", "/tcp"]),
    )
)
def test_what_is_typed_plainly_means_what_it_means_anyway(text: str) -> None:
    plain = read_plain(text)
    assert plain is None or plain == _typed(_unwrap(text))


@pytest.mark.parametrize("text", ["62893", ":62893", "localhost:62893", "127.0.0.1:9", "http://127.0.0.1:3000/path"])
def test_what_most_people_type_is_read_without_patterns(text: str) -> None:
    assert read_plain(text) is not None
