"""A provider's DNS records, as its console takes them: names are full ones, text is one text. Pure."""

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype

from course.base.errors import CourseError

ZONE_OWN = ("SOA", "RRSIG", "DNSKEY", "NSEC", "NSEC3", "DS")  # the zone's own, or signed: a console does not offer them
EXAMPLES = {
    "A": "primary",
    "AAAA": "2001:db8::50",
    "CNAME": "db.example.com",
    "MX": "'10 mx1.example.com'",
    "SRV": "'0 5 5432 db.example.com'",
    "TXT": "'v=spf1 -all'",
    "CAA": "'0 issue \"ca.example.net\"'",
}
CHUNK = 255  # octets in one string of a TXT record, RFC 1035 section 3.3.14


def owner(name: str) -> str:
    """The name of a record, in full and in ASCII (an international one as A-labels).

    CourseError for what is no name.
    """
    try:
        return dns.name.from_text(name.strip(), origin=dns.name.root).to_text().lower()
    except (dns.exception.DNSException, UnicodeError) as error:
        raise CourseError(f"{name!r} is no name for a record.", _reason(error), "course outside records") from error


def kind(text: str) -> str:
    """The record type in capitals; CourseError for one that nobody can give a value."""
    try:
        known = dns.rdatatype.from_text(text.upper())
    except (dns.exception.DNSException, ValueError) as error:
        raise CourseError(
            f"{text!r} is no record type.", _reason(error), "One of: A, AAAA, CNAME, MX, SRV, TXT, CAA"
        ) from error
    if dns.rdatatype.is_metatype(known) or text.upper() in ZONE_OWN:
        raise CourseError(
            f"A {text.upper()} record cannot be set here.", "", "One of: A, AAAA, CNAME, MX, SRV, TXT, CAA"
        )
    return dns.rdatatype.to_text(known)


def value(kind: str, text: str) -> str:
    """A record's value as a zone file has it: `10 mx1.example.com` and `10 mx1.example.com.` are the same mail server.

    Text without quotes is one text, with its spaces, cut at 255 octets; with quotes it is as a zone file means it.
    """
    wanted = _quoted(text) if kind in ("TXT", "SPF") and not text.lstrip().startswith('"') else text
    try:
        if "\n" in wanted or "\r" in wanted:
            raise ValueError("It has more than one line.")
        made = dns.rdata.from_text("IN", kind, wanted, origin=dns.name.root, relativize=False)
        return made.to_text()
    except (dns.exception.DNSException, ValueError, UnicodeError) as error:
        again = f"course outside record new.example.com {kind} {EXAMPLES.get(kind, 'VALUE')}"
        raise CourseError(f"{text!r} is no value for a record of type {kind}.", _reason(error), again) from error


def _quoted(text: str) -> str:
    octets = text.encode(errors="replace")
    chunks = [octets[start : start + CHUNK] for start in range(0, len(octets), CHUNK)] or [b""]
    return " ".join(f'"{"".join(_escaped(octet) for octet in chunk)}"' for chunk in chunks)


def _escaped(octet: int) -> str:
    return chr(octet) if 32 <= octet < 127 and octet not in b'"\\' else f"\\{octet:03}"


def _reason(error: Exception) -> str:
    """dnspython's words, without the place in a file that there is not."""
    return str(error).partition(": ")[2] or str(error)
