"""Where a request comes from: the peer, or what trusted proxies say of it.

`X-Forwarded-For` is read from the right, over the addresses that are trusted, to the first that is not: whatever a caller
wrote into it lies further left. From a peer that is no trusted proxy the header says nothing.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN = IPv4Address("0.0.0.0")  # noqa: S104 - no address to listen on: a peer without one, such as a Unix socket


def client_address(request: web.Request, trusted: tuple[Network, ...]) -> Address:
    """Return the address of the client; IPv4 addresses written as IPv6 are given as IPv4."""
    address = _address(request.remote or "") or UNKNOWN
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    while hops and any(address in network for network in trusted):
        before = _address(hops.pop())
        if before is None:  # not an address: what lies left of it cannot be believed either
            break
        address = before
    return address


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.split("%", 1)[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
