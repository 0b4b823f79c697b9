"""Says who asks over HTTP: the address of the connection, or what a proxy of ours says."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

Network = IPv4Network | IPv6Network

#: a network is one client: who has one IPv6 address has 2^64 of them
_IPV6_NETWORK = 64
#: marks of a proxy: then the address of the connection says nothing about who asks
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def client_address(request: HTTPConnection, trusted: tuple[Network, ...]) -> str:
    """Return the address of who asks, "" when it cannot be known.

    X-Forwarded-For is read from its end, where the nearest proxy wrote, and only as far as the
    writers are `trusted`: what stands before that, the client wrote itself.
    """
    address = request.client.host if request.client else ""
    written = ",".join(request.headers.getlist("x-forwarded-for"))
    hops = [hop.strip() for hop in written.split(",") if hop.strip()]
    while hops and _is_in(address, trusted):
        address = hops.pop()
    return address


def is_forwarded(request: HTTPConnection) -> bool:
    """Whether a proxy says that it asks for somebody else."""
    return any(request.headers.get(name) for name in _FORWARDED)


def client_network(address: str) -> str:
    """Return what counts as one client: an IPv4 address, a network of IPv6."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, _IPV6_NETWORK), strict=False))


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(plain in network for network in networks)
