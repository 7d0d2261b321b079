"""The words of the trade, each with a meaning of two lines: what `x` lists of those on the screen."""

from __future__ import annotations

import re
from typing import NamedTuple


class Term(NamedTuple):
    """A word and what it means."""

    word: str
    meaning: str
    """At most 120 characters: two rows of a screen of 80 columns, beside the word."""
    pattern: str = ""
    """A regular expression for its forms; the word itself, in any case, when empty."""


TERMS: tuple[Term, ...] = (
    Term(
        "accept",
        "A program takes a connection that the kernel has opened for it (accept(2)); of a firewall: let a packet pass.",
        r"\baccept(?:ed|s)?\b(?!able|-proxy)",
    ),
    Term(
        "backlog",
        "How many connections may wait to be accepted; listen(2) sets it, net.core.somaxconn limits it.",
        r"\bbacklog\b|\bqueue \d+ of \d+|\bQUEUE\b|\blistener's queue\b",
    ),
    Term(
        "bind",
        "The call by which a server takes an address and a port for itself (bind(2)).",
        r"\bbind(?:s|ing)?\b|\bbound\b",
    ),
    Term(
        "capability",
        "One right of root by itself, which a program on Linux can be given: CAP_NET_BIND_SERVICE.",
        r"\bCAP_\w+|\bcapabilit(?:y|ies)\b",
    ),
    Term(
        "certificate",
        "Binds a name to a key, signed by an authority; a TLS server shows it to prove who it is.",
        r"\b[Cc]ertificates?\b",
    ),
    Term(
        "connection tracking",
        "The kernel's list of connections, for firewall and NAT; when it is full, new ones are dropped.",
        r"\bconnection tracking\b|\bconntrack\b",
    ),
    Term(
        "container",
        "Programs in namespaces of their own: own files, own processes, own network and localhost.",
        r"\b[Cc]ontainers?\b",
    ),
    Term(
        "chain",
        "Firewall rules, read from the top (input, output); of certificates: each vouches for the one before.",
        r"\bchains?\b",
    ),
    Term(
        "CLOSE_WAIT",
        "The other end has closed, this program has not yet: many of them mean that it forgets to.",
        r"\bCLOSE[-_]W(?:AIT)?\b",
    ),
    Term(
        "descriptor",
        "A program's number for an open file or socket; their count has a limit (ulimit -n).",
        r"\bdescriptors?\b|\bEMFILE\b",
    ),
    Term(
        "drop",
        "A firewall throws the packet away and says nothing: the client waits until its time is over.",
        r"\bdrop(?:s|ped)?\b",
    ),
    Term("dual-stack", "One IPv6 socket at :: that takes IPv4 connections too.", r"\bdual-stack\b"),
    Term(
        "IPV6_V6ONLY",
        "A socket option: an IPv6 socket at :: takes no IPv4 connections.",
        r"\bIPV6_V6ONLY\b|\bv6only\b|\bbindv6only\b",
    ),
    Term("EACCES", 'Error "permission denied": this user has not the right, or a security policy says no.'),
    Term(
        "EADDRINUSE",
        'Error "address already in use": something holds this address and port, or has just done so.',
        r"\bEADDRINUSE\b|\baddress already in use\b",
    ),
    Term(
        "EADDRNOTAVAIL",
        'Error "cannot assign requested address": this machine does not have that address.',
        r"\bEADDRNOTAVAIL\b",
    ),
    Term(
        "refused",
        "The machine, or a firewall, answered no (ECONNREFUSED). Not a time-out: then nothing comes back.",
        r"\bECONNREFUSED\b|\b[Rr]efused\b",
    ),
    Term(
        "EHOSTUNREACH",
        'Error "no route to host": no way there, no such neighbour, or a firewall said so by ICMP.',
        r"\bEHOSTUNREACH\b|\bno route to host\b",
    ),
    Term(
        "ephemeral port",
        "A port that the kernel lends to a connection that goes out, from a range of its own.",
        r"\bephemeral\b|\bsource ports?\b|\bis lent\b",
    ),
    Term(
        "ESTABLISHED",
        "State of a connection that is open at both ends; the program may not have seen it yet.",
        r"\bESTAB(?:LISHED)?\b",
    ),
    Term(
        "firewall", "Rules in the kernel, or in a box on the way, that decide which packets pass.", r"\b[Ff]irewalls?\b"
    ),
    Term(
        "hosts file",
        "A list of names with their addresses, read before any name server is asked: /etc/hosts.",
        r"\b[Hh]osts file\b|/etc/hosts\b",
    ),
    Term(
        "handle",
        "The number by which nft knows a rule: nft -a list ruleset shows it, nft delete rule takes that rule out.",
        r"\bhandle\b",
    ),
    Term("handshake", "The packets that open a connection: three for TCP; TLS has one of its own after that."),
    Term(
        "HTTP",
        "The protocol of the web: a request with a method and a path, an answer with a status number.",
        r"\bHTTP\b|\bhttp://",
    ),
    Term("HTTPS", "HTTP inside TLS; its usual port is 443.", r"\bHTTPS\b|\bhttps://"),
    Term("ICMP", "Packets that report errors on the way (unreachable, prohibited); ping uses them too.", r"\bICMP\b"),
    Term(
        "insert rule",
        "nft insert rule puts a rule in front of the others of its chain, nft add rule behind them.",
        r"\b(?:insert|add) rule\b",
    ),
    Term(
        "interface",
        "Where a machine sends and takes packets: a card (eth0), or one made of software (lo).",
        r"\binterfaces?\b|\beth0\b",
    ),
    Term("IPv4", "Addresses of four numbers, such as 127.0.0.1. The older of the two families.", r"\bIPv4\b"),
    Term("IPv6", "Addresses such as ::1 or fd00::9. The newer family, separate from IPv4.", r"\bIPv6\b"),
    Term("kernel", "The core of the system: it holds sockets and ports, and moves the packets."),
    Term(
        "LISTEN",
        "State of a socket that waits for connections; listen(2) puts it there.",
        r"\bLISTEN\b|\blisten(?:s|ing|ers?)?\b",
    ),
    Term("lo", "The loopback interface: what is sent there comes back in on the same machine.", r"\blo\b(?!-)"),
    Term("localhost", "A name for this machine; the hosts file says which addresses it leads to.", r"\blocalhost\b"),
    Term("loopback", "Addresses that never leave the machine: 127.0.0.0/8 and ::1.", r"\b[Ll]oopback\b"),
    Term(
        "namespace",
        "A part of the system for some programs alone; a network namespace has its own ports.",
        r"\bnamespaces?\b",
    ),
    Term(
        "manual page",
        "A name with a number in parentheses: tcp(7) is read by typing man 7 tcp.",
        r"\b[a-z][\w.-]*\([1-8]\)",
    ),
    Term(
        "NAT",
        "Rules that rewrite the address or the port of a connection on its way.",
        r"\bNAT\b|\bDNAT\b|\bredirects?\b(?= rule)",
    ),
    Term(
        "nftables",
        "The firewall of today's Linux; nft list ruleset shows its rules. iptables is its predecessor.",
        r"\bnft(?:ables)?\b|\biptables\b",
    ),
    Term("peer", "The other end of a connection.", r"\bPEER\b|\bpeers?\b"),
    Term("pid", "The number of a process.", r"\bpids?\b|\bPID\b"),
    Term(
        "pid with +",
        "Several processes hold this socket together; the first is shown, porttui who PORT lists them all.",
        r"(?<![\d.])\b[1-9]\d*\+(?!\d)",
    ),
    Term("port", "A number from 1 to 65535 that leads to one program on a machine.", r"\bports?\b"),
    Term("process", "A running program, with a number (pid), a user and its open sockets.", r"\bprocess(?:es)?\b"),
    Term(
        "proxy",
        "A program that connects on behalf of another one, in front of clients or of servers.",
        r"\b(?:reverse )?prox(?:y|ies)\b",
    ),
    Term(
        "reject", "A firewall refuses the packet and says so, by ICMP or by a RST.", r"\breject(?:s|ed)?\b(?! the name)"
    ),
    Term(
        "RFC",
        "A numbered standard of the internet, free to read; RFC 4291 2.5.3 is section 2.5.3 of number 4291.",
        r"\bRFC \d+",
    ),
    Term("root", "The user who may do everything; sudo runs one command as root.", r"\broot\b"),
    Term(
        "route",
        "The kernel's choice of interface, source address and next machine for a destination.",
        r"\broutes?\b(?! to host)",
    ),
    Term(
        "RST",
        "A TCP packet that ends a connection at once, or refuses one. The other way to end is FIN.",
        r"\bRST\b|\b[Rr]eset\b",
    ),
    Term(
        "SIGKILL",
        "The signal that ends a process at once; it cannot clean up. SIGTERM asks it to end.",
        r"\bSIG(?:KILL|TERM)\b",
    ),
    Term(
        "SIGSTOP",
        "The signal that pauses a process until SIGCONT; ctrl+z does nearly the same.",
        r"\bSIG(?:STOP|CONT)\b|\bpaused\b",
    ),
    Term(
        "socket",
        "One end of a connection, or a place to wait for them: address, port and a program behind it.",
        r"\b[Ss]ockets?\b",
    ),
    Term(
        "SO_REUSEADDR",
        "A server's wish to bind although old connections of the port are in TIME_WAIT.",
        r"\bSO_REUSEADDR\b",
    ),
    Term(
        "SYN",
        "The first packet of a TCP connection; SYN_SENT and SYN_RECV are its states on the two sides.",
        r"\bSYN(?:_SENT|_RECV|-S|-R)?\b",
    ),
    Term(
        "systemd",
        "Starts services on most Linux systems, and starts them again; a service is a unit of it.",
        r"\bsystemd\b|\bsystemctl\b|\w\.service\b",
    ),
    Term("TCP", "The protocol of connections: bytes arrive complete and in order, or an error is told.", r"\bTCP\b"),
    Term(
        "time-out",
        "Nothing came back in the time that the client waits. Not the same as refused.",
        r"\btime-?out\b|\bno answer in\b",
    ),
    Term(
        "TIME_WAIT",
        "A closed connection that the kernel remembers for a minute, so that late packets do no harm.",
        r"\bTIME[-_]W(?:AIT)?\b",
    ),
    Term("TLS", "Encryption on top of TCP, with a certificate that says who the server is.", r"\bTLS\b"),
    Term("tunnel", "A connection led through another one: ssh -L PORT:HOST:HOSTPORT.", r"\btunnels?\b|\bssh -L\b"),
    Term(
        "UDP", "The protocol of single packets: no connection, no promise to arrive. Its ports are its own.", r"\bUDP\b"
    ),
    Term(
        "UNCONN",
        "State of a UDP socket that takes packets from anybody; UDP has no connections, hence no LISTEN.",
        r"\bUNCONN\b",
    ),
    Term("unit", "What systemd starts and stops: nginx.service is one.", r"\bunits?\b"),
    Term(
        "wildcard",
        "0.0.0.0 or ::, every address of the machine in that family: for binding, no destination.",
        r"\bwildcard\b|(?<![\d.])0\.0\.0\.0\b|\[::\]",
    ),
)
IN_LESSON: dict[str, tuple[Term, ...]] = {
    "firewall": (
        Term("accept", "A firewall lets the packet pass; whether it is answered is then the server's affair."),
    ),
}
"""Words that mean something else in one lesson than everywhere else, by the lesson's topic."""
EVERYDAY = frozenset(
    (
        *("port", "process", "root", "pid", "localhost", "container", "firewall", "kernel", "systemd", "unit"),
        *("HTTP", "HTTPS", "TCP", "IPv4", "IPv6", "LISTEN", "refused"),
    )
)
"""Words that stand on nearly every screen, or that its sentence tells: they are in the list of `x`, and not pointed at.
A sign at each of them would be noise to those who know, and hide the words that need one from those who do not."""
_COMPILED = tuple(
    (term, re.compile(term.pattern or rf"\b{re.escape(term.word)}\b", 0 if term.pattern else re.IGNORECASE))
    for term in TERMS
)


def words_in(text: str, topic: str = "") -> tuple[Term, ...]:
    """Return the words of the trade that a text has, in the order in which they first stand there.

    Args:
        text: where they are looked for.
        topic: of the lesson that the text is; empty for any other text.
    """
    own = {term.word: term for term in IN_LESSON.get(topic, ())}
    found = [(match.start(), term) for term, pattern in _COMPILED if (match := pattern.search(text))]
    return tuple(own.get(term.word, term) for _, term in sorted(found, key=lambda pair: pair[0]))


def hard_words(text: str) -> tuple[Term, ...]:
    """Return the words that a newcomer stumbles over, in the order in which they first stand in a text."""
    return tuple(term for term in words_in(text) if term.word not in EVERYDAY)
