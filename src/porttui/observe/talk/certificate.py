"""Reading an X.509 certificate that did not verify.

The standard library decodes certificates only after it has verified them (`SSLSocket.getpeercert`), and the ones of
interest here are those that it refused. So the few fields that matter are read from the DER encoding (ITU-T X.690) of
the certificate (RFC 5280, 4.1).
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterator

from porttui.model.base import Value
from porttui.model.printable import printable

_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_SUBJECT_ALT_NAME = "2.5.29.17"
_MANY = 100
"""Names that are kept; certificates of content networks hold hundreds."""
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS, _IP = 0x82, 0x87
_UTC_TIME = 0x17
_BMP_STRING = 0x1E


class Certificate(Value, frozen=True, kw_only=True):
    """The fields of a certificate that decide whether a client accepts it. Printable."""

    subject: str
    """"O=Example, CN=localhost", in the order of the certificate."""
    issuer: str
    names: tuple[str, ...]
    """DNS names and IP addresses of subjectAltName; clients look at nothing else (RFC 6125, 6.4.4)."""
    not_before: dt.datetime
    not_after: dt.datetime


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate.

    Args:
        der: its DER encoding.

    Raises:
        ValueError: it is no well-formed certificate.
    """
    try:
        certificate = next(_items(der))[1]
        parts = list(_items(next(_items(certificate))[1]))
        if parts[0][0] == _VERSION:
            del parts[0]
        # tbsCertificate: serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, then optional parts.
        issuer, validity, subject = parts[2][1], parts[3][1], parts[4][1]
        before, after = (_time(tag, content) for tag, content in _items(validity))
        extensions = next((content for tag, content in parts[6:] if tag == _EXTENSIONS), b"")
        return Certificate(
            subject=_name(subject),
            issuer=_name(issuer),
            names=tuple(_alternative_names(extensions)),
            not_before=before,
            not_after=after,
        )
    except (IndexError, StopIteration, RuntimeError) as error:  # a generator turns StopIteration into RuntimeError
        raise ValueError("malformed certificate") from error


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Split DER into (tag, content); X.690, 8.1: one tag byte, the length in one byte or in the long form."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise ValueError("malformed certificate: an element is longer than the rest")
        yield tag, data[at : at + length]
        at += length


def _name(data: bytes) -> str:
    """Write a distinguished name: a sequence of sets of (type, value)."""
    parts = []
    for _, one_set in _items(data):
        for _, pair in _items(one_set):
            (_, kind), (tag, value) = list(_items(pair))[:2]
            oid = _oid(kind)
            text = value.decode("utf-16-be", "replace") if tag == _BMP_STRING else value
            parts.append(f"{_NAMES.get(oid, oid)}={printable(text, 100)}")
    return printable(", ".join(parts))


def _oid(data: bytes) -> str:
    """Write an object identifier with dots; X.690, 8.19."""
    numbers = [min(data[0] // 40, 2), data[0] - 40 * min(data[0] // 40, 2)]
    value = 0
    for byte in data[1:]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    return ".".join(map(str, numbers))


def _time(tag: int, content: bytes) -> dt.datetime:
    """Read UTCTime (years 1950 to 2049) or GeneralizedTime; RFC 5280, 4.1.2.5."""
    text = content.decode("ascii", "replace")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    return dt.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=dt.UTC)


def _alternative_names(extensions: bytes) -> Iterator[str]:
    """List the DNS names and addresses of subjectAltName; RFC 5280, 4.2.1.6."""
    if not extensions:
        return
    for _, extension in _items(next(_items(extensions))[1]):
        fields = list(_items(extension))
        if _oid(fields[0][1]) == _SUBJECT_ALT_NAME:
            # The last field is the value; `critical` may stand between.
            alternatives = list(_items(next(_items(fields[-1][1]))[1]))
            for tag, content in alternatives[:_MANY]:
                if tag == _DNS:
                    yield printable(content, 255)
                elif tag == _IP and len(content) in {4, 16}:
                    yield str(ipaddress.ip_address(content))
