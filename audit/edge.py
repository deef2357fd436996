"""What the edge knows about the request being answered: where it came from, and whose account it concerns.

Middleware sets it once per request; the trail reads it, so that no service ever sees a web request.
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Edge:
    """One request from outside, or nothing at all when a job or a command acts."""

    ip: str | None = None
    user_agent: str = ""
    request_id: str = ""
    concerned: str = ""
    about: str = ""


_current: ContextVar[Edge | None] = ContextVar("audit_edge", default=None)


def begin(*, ip=None, user_agent="", request_id=""):
    """Note where the request being answered comes from; answers a token for :func:`finish`."""
    return _current.set(Edge(ip=ip, user_agent=user_agent[:300], request_id=request_id))


def finish(token):
    """Forget the request again."""
    _current.reset(token)


def current():
    """Where the present act comes from (an empty :class:`Edge` outside a web request)."""
    return _current.get() or Edge()


def concern(account_number, about=""):
    """Note whose account the present request is about, so that a refusal stands in that account's trail.

    :param about: the public id of what is refused, where that says who may read of it
    """
    here = _current.get()
    if here is not None:
        here.concerned, here.about = str(account_number or ""), about


def concerned():
    """The number of the account the present request is about, or an empty string."""
    return current().concerned
