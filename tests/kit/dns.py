"""A DNS server on the loopback that answers from a table, over UDP."""

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

#: (name, type) to records as zone files write them, "SERVFAIL", "TIMEOUT" or "GARBAGE"
Zone = Mapping[tuple[str, str], Sequence[str] | str]


def txt(text: str) -> str:
    """Return a TXT record for `text`, cut into strings of 255 bytes."""
    pieces = [text[i : i + 255] for i in range(0, len(text), 255)] or [""]
    return " ".join(
        '"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces
    )


@contextmanager
def dns_server(zone: Zone) -> Iterator[str]:
    """Answer for `zone` (changes to it count at once); give "address:port"."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            answer = _answer(zone, wire)
            if answer:
                socket.sendto(answer, self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _answer(zone: Zone, wire: bytes) -> bytes:
    query = dns.message.from_wire(wire)
    question = query.question[0]
    name = question.name.to_text(True).lower()
    found = zone.get((name, dns.rdatatype.to_text(question.rdtype)))
    if found == "TIMEOUT":
        return b""
    if found == "GARBAGE":
        return wire[:2] + b"\x81\x80"
    response = dns.message.make_response(query, recursion_available=True)
    if found == "SERVFAIL":
        response.set_rcode(dns.rcode.SERVFAIL)
    elif found:
        records = dns.rrset.from_text_list(question.name, 60, "IN", question.rdtype, list(found))
        response.answer.append(records)
    elif alias := zone.get((name, "CNAME")):
        for owner in dict.fromkeys((name, *_chain(zone, alias[0]))):
            target = zone.get((owner, "CNAME"), (".",))[0]
            response.answer.append(dns.rrset.from_text(f"{owner}.", 60, "IN", "CNAME", target))
    elif not any(owner == name for owner, _ in zone):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire(max_size=65535)


def _chain(zone: Zone, name: str) -> list[str]:
    """Return the names that an alias leads over, a loop once."""
    names: list[str] = []
    while name.rstrip(".") not in names:
        names.append(name.rstrip("."))
        name = zone.get((names[-1], "CNAME"), (name,))[0]
    return names
