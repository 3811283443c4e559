"""What counts as one caller of the path that is open to everybody: a subscriber, and the network around."""

from ipaddress import IPv4Address, IPv6Address, ip_network

# One subscriber has an IPv4 address or a /64 of IPv6 (RFC 6177), one site or provider's customer a /24 or a /48.
PREFIXES = {4: (32, 24), 6: (64, 48)}
NETWORK_FACTOR = 8  # a whole network may do as much as so many subscribers


def networks_of(address: IPv4Address | IPv6Address) -> tuple[str, str]:
    """Return the subscriber's block of addresses, and the network around it."""
    narrow, wide = PREFIXES[address.version]
    return str(ip_network((address, narrow), strict=False)), str(ip_network((address, wide), strict=False))
