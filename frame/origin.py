"""Whose machine a request came from."""

import ipaddress


def client_address(meta, *, proxies):
    """This will give the address the request came from, or ``None`` where it is none.

    Of ``X-Forwarded-For`` only the entry that the outermost of our own ``proxies`` wrote is believed;
    everything to the left of it was sent by the caller.
    """
    told = [entry.strip() for entry in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    address = told[-proxies] if 0 < proxies <= len(told) else meta.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def from_networks(address, networks):
    """Whether an address lies in one of the networks; none does where there is no network, or no address.

    :param networks: :mod:`ipaddress` networks of either family
    """
    if address is None:
        return False
    place = ipaddress.ip_address(address)
    place = getattr(place, "ipv4_mapped", None) or place
    return any(place in network for network in networks)


def from_this_machine(request):
    """Whether the request came from this very machine, and through nobody's proxy: for pages of the demo only."""
    told = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"} & request.META.keys()
    address = request.META.get("REMOTE_ADDR", "")
    try:
        return not told and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
