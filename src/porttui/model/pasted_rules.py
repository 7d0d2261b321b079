r"""The wordings of error messages, as data: which program says it, what it means, where the address stands in it.

Rules are tried in order; the first that names a place wins. Group names: ``place`` is host:port or a host, ``url`` a
URL, ``host``, ``ip`` (used when the host is empty), ``port``, ``path``, ``scheme``, ``tls`` ("S" for https).

Patterns are text and compiled on use: compiling them all would cost `porttui check 8080` more than the look itself.
All repetitions have a bound, so that no paste makes them slow.
"""

# ruff: noqa: E501, RUF001 - a pattern is read best in one line, and typographic quotes are meant.

from __future__ import annotations

from porttui.model.base import Value
from porttui.model.target import Question

_END = r"(?![\w:]|\.[0-9])"
_PORT = rf"(?P<port>[0-9]{{1,5}}){_END}"
_ANY_PORT = r"(?P<port>[0-9]{1,5})(?![\w]|\.[0-9])"
_PLACE = r"(?P<place>(?:\[[^\]\s]{1,80}\]|[\w.:*%-]{0,253}):[0-9]{1,5})(?!\w|\.[0-9])"
"""host:port, host may be empty, ``*``, ``::``, or in brackets."""
_QUOTED_HOST = r"""['"](?P<host>[^'"\s]{0,253})['"]"""


class PasteRule(Value, frozen=True, kw_only=True):
    """One wording."""

    needs: tuple[str, ...]
    """Words in lower case; without at least one of them in the text the pattern is not tried."""
    pattern: str
    question: Question | None = Question.CONNECT
    """None: both kinds of errors are worded so; other words of the text decide."""
    scheme: str | None = None
    many: bool = False
    """Several addresses of one name may have been tried, each with a line of its own."""


def _bind(pattern: str, *needs: str) -> PasteRule:
    return PasteRule(needs=needs, pattern=pattern, question=Question.BIND)


def _connect(pattern: str, *needs: str, scheme: str | None = None, many: bool = False) -> PasteRule:
    return PasteRule(needs=needs, pattern=pattern, scheme=scheme, many=many)


def _either(pattern: str, *needs: str, many: bool = False) -> PasteRule:
    return PasteRule(needs=needs, pattern=pattern, question=None, many=many)


BIND_RULES: tuple[PasteRule, ...] = (
    # Node: libuv's code, its text, then address:port; older versions have no text; a cluster says null.
    _bind(rf"\b(?:listen|bind) E[A-Z]+\b(?:[^\n]{{0,80}}?)\s{_PLACE}", "listen e", "bind e"),
    # Go, and through it Docker, Caddy, Traefik, kubectl port-forward: net.OpError.
    _bind(rf"\blisten (?P<net>tcp[46]?) {_PLACE}:", "listen tcp"),
    _bind(rf"\bBind for {_PLACE} failed", "bind for "),
    _bind(r"failed to bind host port (?:for )?(?P<place>[0-9.]{7,15}:[0-9]{1,5}|\[[^\]\s]+\]:[0-9]{1,5})", "bind host"),
    _bind(rf"(?i)exposing port (?:tcp )?{_PLACE} ->", "exposing port"),
    _bind(rf"cannot expose privileged port {_PORT}", "privileged port"),
    # nginx, Apache httpd, HAProxy, Redis, sshd, ssh -L, PHP.
    _bind(rf"\bbind\(\) to {_PLACE} failed", "bind() to"),
    _bind(rf"could not bind to address {_PLACE}", "bind to address"),
    _bind(rf"cannot bind [^\n\[]{{0,80}}\[{_PLACE}\]", "cannot bind"),
    _bind(rf"listening socket {_PLACE}:", "listening socket"),
    _bind(r"Bind to port (?P<port>[0-9]{1,5}) on (?P<host>[\w.:%-]{1,253}) failed", "bind to port"),
    _bind(r"\bbind \[(?P<host>[^\]\s]{1,253})\]:(?P<port>[0-9]{1,5}):", "bind ["),
    _bind(rf"(?i)failed to listen on {_PLACE}", "to listen on"),
    # PostgreSQL: the address in one line, the port in the hint under it.
    _bind(
        rf"could not bind IPv[46] (?:address|socket)(?: \"(?P<host>[^\"\s]{{1,253}})\")?[\s\S]{{0,300}}?\bport {_ANY_PORT}",
        "could not bind ipv",
    ),
    # Python: asyncio and uvicorn, gunicorn (its "Can't connect" is a bind that failed).
    _bind(rf"bind on address \({_QUOTED_HOST}, {_PORT}", "bind on address"),
    _bind(rf"(?:Connection in use|Invalid address|Can't connect to):? \({_QUOTED_HOST}, {_PORT}", "in use: (", "address: (", "connect to ("),
    _bind(rf"\[(?:Errno|WinError) (?:98|48|10048|10049|49)\][^\n]{{0,120}}?\({_QUOTED_HOST}, {_PORT}", "errno ", "winerror "),
    # Ruby, .NET, Netty and Jetty.
    _bind(rf"\bbind\(2\) for \"?(?P<host>[^\s\"]{{1,253}})\"? port {_ANY_PORT}", "bind(2)"),
    _bind(r"(?i)failed to bind to (?:address )?(?P<url>https?://[^\s]{1,253}?)[:.,]{0,2}(?:\s|$)", "to bind to"),
    _bind(rf"(?i)failed to bind to:? (?:address )?(?:[\w.-]{{0,100}}/)?{_PLACE}", "to bind to"),
    # Flask, Spring, Vite, Next, Angular, Rails, Bun, Phoenix, Streamlit, Jupyter ...: a port, and nothing else.
    _bind(
        rf"(?i)\bport[ :#(]{{0,3}}{_ANY_PORT}[)\"'`]?,? (?:(?:was|is|has|has been|are) )?(?:already |currently |being ){{0,2}}"
        r"(?:in use|used|taken|occupied|allocated|bound|busy|blocked|not available|unavailable)",
        "port",
    ),
    _bind(rf"(?i)\b(?:running|listening|in use|used|started) on (?:the )?port:? {_ANY_PORT}[^\n]{{0,80}}", "already"),
    _bind(
        rf"(?i)\b(?:bind|listen)(?:ing)? (?:to|on)?[^\n]{{0,60}}?\bport:? {_ANY_PORT}",
        "cannot bind", "can't bind", "could not bind", "unable to bind", "failed to bind", "error binding",
        "cannot listen", "can't listen", "could not listen", "unable to listen", "failed to listen",
    ),
    _bind(rf"\(option port: {_PORT}", "eaddrinuse"),
)  # fmt: skip
"""Why can't my server start?"""

CONNECT_RULES: tuple[PasteRule, ...] = (
    _connect(r"\bupstream: \"(?P<url>[^\"\s]{1,2000})\"", "upstream: "),
    _connect(rf"\bconnect E[A-Z_]+ {_PLACE}", "connect e", many=True),
    _either(rf"\baddress: '(?P<host>[^'\s]{{1,253}})',\s{{1,40}}port: {_PORT}", "address: '", many=True),
    # strace(1), of IPv4 and IPv6.
    _either(rf"sin_port=htons\({_PORT}\), sin_addr=inet_addr\(\"(?P<host>[0-9.]{{7,15}})\"", "sin_port"),
    _either(rf"sin6_port=htons\({_PORT}\)[^\n]{{0,80}}?inet_pton\(AF_INET6, \"(?P<host>[0-9a-fA-F:.]{{2,45}})\"", "sin6_port"),
    _connect(rf"getaddrinfo E[A-Z_]+ (?P<place>[\w.-]{{1,253}}(?::[0-9]{{1,5}})?){_END}", "getaddrinfo e"),
    # Python: urllib3 and requests, aiohttp, asyncio.
    _connect(
        rf"HTTP(?P<tls>S?)Connection(?:Pool)?\(host={_QUOTED_HOST}, port=(?P<port>[0-9]{{1,5}})\)"
        r"(?:: [^\n]{0,60}?with url: (?P<path>/\S{0,2000}))?",
        "httpconnection", "httpsconnection",
    ),
    _connect(rf"Cannot connect to host {_PLACE} ssl:", "connect to host"),
    _connect(rf"Connect call failed \({_QUOTED_HOST}, {_PORT}", "connect call failed", many=True),
    # Go: the source of a connection that was open stands before the arrow.
    _connect(rf"\bdial (?:tcp|udp)[46]? (?:\S{{1,260}}->)?{_PLACE}:", "dial tcp", "dial udp"),
    _connect(rf"\b(?:read|write) tcp[46]? \S{{1,260}}->{_PLACE}:", "read tcp", "write tcp"),
    _connect(r"\blookup (?P<place>[\w.-]{1,253})(?: on \S{1,260})?: ", "lookup "),
    # PostgreSQL's libpq, new and old, over TCP and over a socket of the file system that has the port in its name.
    _connect(
        rf"connection to server at \"(?P<host>[^\"\s]{{1,253}})\"(?: \([^)\n]{{0,80}}\))?, port {_PORT}",
        "server at \"", scheme="postgresql",
    ),
    _connect(rf"running on host \"(?P<host>[^\"\s]{{1,253}})\"[\s\S]{{0,200}}?on port {_PORT}", "running on host", scheme="postgresql"),
    _connect(rf"\.s\.PGSQL\.{_ANY_PORT}", ".s.pgsql.", scheme="postgresql"),
    _connect(rf"Connection to {_PLACE} refused\. Check", "connection to ", scheme="postgresql"),
    _connect(rf"Could not connect to Redis at {_PLACE}", "redis at", scheme="redis"),
    _connect(rf"Error \S{{1,40}} connecting to {_PLACE}", " connecting to ", scheme="redis"),
    _connect(
        r"Can['’]t connect to (?:(?:local )?MySQL |MariaDB )?server on ['‘\"](?P<place>[^'’\"\s]{1,253})['’\"]",
        "server on ", scheme="mysql",
    ),
    _connect(
        r"Can['’]t connect to local (?:MySQL |MariaDB )?server through socket (?P<port>)", "through socket", scheme="mysql"
    ),
    # ssh, nc, telnet, curl, wget.
    _connect(rf"\bssh: connect to (?:host|address) (?P<host>\S{{1,253}}) port {_ANY_PORT}", "ssh: ", scheme="ssh"),
    _connect(
        rf"Connection (?:closed|reset|timed out) by (?:\w+ ){{0,4}}(?P<host>[0-9a-fA-F.:]{{2,45}}) port {_ANY_PORT}",
        "connection closed by", "connection reset by", scheme="ssh",
    ),
    _connect(rf"Failed to connect to (?P<host>\S{{1,253}}) port {_ANY_PORT}", "failed to connect to"),
    _connect(rf"(?i)connect to (?:host |address )?(?P<host>[^\s(]{{1,253}})(?: \([^)\n]{{0,80}}\))? port {_ANY_PORT}", "connect to ", many=True),
    _connect(rf"Connected to (?P<host>\S{{1,253}}) \([^)\n]{{0,80}}\) port {_ANY_PORT}", "connected to"),
    _connect(rf"TCP connect to \((?P<host>[^\s:]{{1,253}}) : {_PORT}\) failed", "tcp connect to ("),
    _connect(rf"(?<![\w.-])(?P<host>[\w.-]{{1,253}}) \[(?P<ip>[0-9a-fA-F.:]{{2,45}})\] {_ANY_PORT}(?: \([^)\n]{{0,40}}\))? : ", "] "),
    _connect(r"--[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}--\s{1,4}(?P<url>\S{1,2000})", "--2"),
    _connect(r"Connecting to (?P<host>[^\s(|]{1,253}) \([^)\n]{0,253}\)\|[^|\n]{1,80}\|:(?P<port>[0-9]{1,5})", "connecting to"),
    _connect(rf"Connecting to {_PLACE}", "connecting to"),
    _connect(r"(?i)could not resolve host: (?P<place>[\w.-]{1,253})", "resolve host: "),
    # Java: Apache HttpClient, OkHttp, Netty, Kafka: name/address:port, the name may be empty.
    _connect(rf"Connect to (?:https?://)?{_PLACE} \[[^\]\n]{{0,400}}\] failed", "connect to "),
    _either(rf"(?<![/\w.-])(?P<host>(?:[A-Za-z][\w.-]{{0,252}})?)/(?P<ip>\[?[0-9a-fA-F:.]{{2,45}}\]?):{_PORT}", "/"),
    _connect(rf"connection to the server {_PLACE} was refused", "to the server"),
    # reqwest (Rust), written by its Debug.
    _connect(
        r"Url \{ scheme: \"(?P<scheme>\w{1,20})\"[^\n]{0,200}?host: Some\(\w{1,8}\(\"?(?P<host>[^\")\s]{1,253})\"?\)\), "
        r"port: (?:Some\((?P<port>[0-9]{1,5})\)|None), path: \"(?P<path>[^\"\s]{0,2000})\"",
        "url { scheme",
    ),
    # Browsers: Chrome's console and page, Firefox, Safari.
    _connect(r"(?P<url>(?:https?|wss?)://[^\s\"'<>]{1,2000})\s{1,4}net::ERR_", "net::err_"),
    _connect(r"net::ERR_[A-Z_]{1,60} at (?P<url>[^\s\"'<>]{1,2000})", "net::err_"),
    _connect(
        r"(?<![\w.-])(?P<place>[\w.-]{1,253}(?::[0-9]{1,5})?|\[[0-9a-fA-F:.]{2,45}\](?::[0-9]{1,5})?) (?:refused to connect|took too long"
        r"|unexpectedly closed the|did[nN].t send any data|sent an invalid response|redirected you too many)",
        "refused to", "took too long", "unexpectedly closed", "any data", "invalid response", "redirected you",
    ),
    _connect(r"(?i)\bserver at (?!\w{1,10}://)(?P<place>[\w.-]{1,253}(?::[0-9]{1,5})?|\[[0-9a-fA-F:.]{2,45}\](?::[0-9]{1,5})?)", "server at "),
    _connect(r"connect to the server [“\"](?P<place>[^”\"\s]{1,253})[”\"]", "to the server "),
)  # fmt: skip
"""Why can't I connect?"""

BIND_WORDS = (
    r"(?i)EADDRINUSE|AddrInUse|address (?:is )?(?:already )?in use|already (?:be )?in use|port is already allocated|\bis in use\b"
    r"|\bErrno (?:98|48)\b|WinError 10048|\b10048\b|only one usage of each socket address|BindException"
    r"|\blisten EACCES|\bbind: |\bbind\(|\bbind\(\)|server_bind|failed to bind|could not bind|cannot bind|can't bind"
    r"|error while attempting to bind|failed to listen|already running on port|\bos error (?:98|48)\b"
)
"""Words of a server that could not start."""

ADDRESS_WORDS = (
    r"(?i)EADDRNOTAVAIL|AddrNotAvailable|(?:cannot|can't) assign requested address|address not available"
    r"|\bErrno (?:99|49)\b|WinError 10049|\b10049\b"
)
"""The address is not this machine's: a bind, unless a client says it (connect(2) knows the error too)."""

CLIENT_WORDS = (
    r"(?i)\bconnect[:(]|\bconnect E|\.connect\(|create_connection|ConnectError|NewConnectionError|ClientConnector|\bdial "
    r"|ConnectException|ConnectionError"
)
"""Words of a client."""

ERROR_WORDS = (
    r"(?i)refused|ECONN|ERR_|reset by peer|timed? ?out|time-?out|unreachable|empty reply|could ?n.t connect|can.?t connect"
    r"|cannot connect|failed to connect|unable to connect|in use|EADDR|EACCES|denied|forbidden|not available|\bbind\b"
    r"|already allocated|no route|errno|error|failed|failure|exception|hang(?:s|ing)? up|closed|100[0-9]{2}\b|can.?t be reached"
    r"|could not|unable"
)
"""Words of a line that tells of an error."""
