"""Where a hub listens, and with which certificate: this machine's loopback unless said, nowhere else without TLS."""

import errno
import hashlib
import ipaddress
import shlex
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

from course.base.errors import CourseError, in_words

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104
SOMEWHERE = ("192.0.2.1", 9)  # an address for documentation: the way to it is looked up, nothing is sent


@dataclass(frozen=True)
class Entrance:
    """listen: an IPv4 address of this machine. certificate, key: files in PEM; None for one of its own.

    gone: the files are not there any more, and the room's cluster may have what was in them.
    """

    listen: str = LOOPBACK
    certificate: Path | None = None
    key: Path | None = None
    gone: bool = False

    @property
    def with_tls(self) -> bool:
        """Whether browsers speak TLS with it."""
        return self.certificate is not None or not self.is_loopback

    @property
    def is_loopback(self) -> bool:
        """Whether this machine alone reaches it."""
        return ipaddress.ip_address(self.listen).is_loopback

    @property
    def host(self) -> str:
        """The address that participants type, without a port. CourseError where only a person can know it."""
        if self.listen != EVERYWHERE:
            return self.listen
        if (own := _own_address()) == LOOPBACK:
            raise CourseError(
                "Which address of this machine is the room's?",
                "Without a way to other networks it cannot be told from those of containers.",
                "ip -4 addr, then the same command with --listen ADDRESS",
            )
        return own


def chosen(listen: str, certificate: Path | None, key: Path | None, *, remembered: bool = False) -> Entrance:
    """CourseError for what is no address, and for a certificate that cannot be used.

    remembered: the certificate was not named now; its files may be gone.
    """
    try:
        ipaddress.IPv4Address(listen)
    except ValueError:
        why = "It is an IPv4 address of this machine, or 0.0.0.0 for all of them."
        raise CourseError(f"{listen!r} is no address to listen on.", why, "ip -4 addr") from None
    if bool(certificate) != bool(key):
        next = "./course workshop up --seats 2 --certificate FILE --key FILE"
        raise CourseError("A certificate and its key come together.", "One of them was not named.", next)
    if certificate and key:
        if remembered and not (certificate.exists() and key.exists()):
            return Entrance(listen, certificate, key, gone=True)
        for file in (certificate, key):
            _content(file)  # OpenSSL would not say which of the two it is
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except OSError as reason:  # ssl.SSLError, too: no PEM, another key, a key with a password
            raise CourseError(
                f"{certificate} cannot be used with {key}.", str(reason), f"openssl x509 -noout -text -in {certificate}"
            ) from None
    # Whole paths: they are written down, and read again wherever the next command is typed.
    return Entrance(listen, certificate and certificate.absolute(), key and key.absolute())


def _content(file: Path) -> str:
    """The text of a certificate or its key. CourseError where it cannot be read."""
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError as reason:
        look = f"ls -l {shlex.quote(str(file.parent))}"
        raise CourseError(f"{file} cannot be read.", f"{in_words(reason)}.", look) from None


def refuse_taken(entrance: Entrance, port: int) -> None:
    """CourseError where nobody can listen there: somebody does already, or the address is not this machine's."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that has just ended keeps none off
        try:
            probe.bind((entrance.listen, port))
        except OSError as reason:
            if reason.errno == errno.EADDRNOTAVAIL:
                what = f"{entrance.listen} is no address of this machine."
                raise CourseError(what, "A room listens on an address that the machine has.", "ip -4 addr") from None
            raise CourseError(
                f"Port {port} of {entrance.listen} is taken.",
                f"The room is to be there, and the system says: {in_words(reason)}.",
                f"ss -ltnp 'sport = :{port}'",
            ) from None


def pair(entrance: Entrance) -> tuple[str, str]:
    """(certificate, key) as PEM: the given one, or one made for this address, whose authority is thrown away."""
    if entrance.certificate and entrance.key:
        return _content(entrance.certificate), _content(entrance.key)
    made = trustme.CA(organization_name="A workshop's own").issue_cert(entrance.host, socket.gethostname())
    chain = "".join(part.bytes().decode() for part in made.cert_chain_pems)
    return chain, made.private_key_pem.bytes().decode()


def fingerprint(certificate: str) -> str:
    """SHA-256 of the first certificate, as browsers show it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(_first(certificate))).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def _first(certificates: str) -> str:
    end = "-----END CERTIFICATE-----"
    return certificates[certificates.index("-----BEGIN CERTIFICATE") :].partition(end)[0] + end + "\n"


def _own_address() -> str:
    """The address by which this machine speaks to others; loopback where it has no way to them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])
