"""What nearly every test about terms and sessions begins with: a published version, a yes to it, a request."""

import hashlib

from riders import services
from riders.models import Rider

ASKED = {"why": "observe", "expectation": "Watch it fail together.", "impact": "No backups since Monday."}


def publish(cast, *, at, version=None, text="You let us **look** at your system."):
    """This will publish a version of the terms, the next one where no version is named."""
    newest = Rider.objects.order_by("-version").values_list("version", flat=True).first() or 0
    number = version or newest + 1
    pdf = f"%PDF-1.7 version {number}: {text}".encode()
    digest = hashlib.sha256(pdf).hexdigest()
    return Rider.objects.create(
        version=number,
        title="Remote access rider",
        text=text,
        pdf=pdf,
        digest=digest,
        published_at=at,
        published_by=cast.stan,
    )


def accept(case, rider, *, by, at):
    """This will accept a version for a case, as whoever has just read it."""
    return services.acknowledge(case=case, digest=rider.digest, agreed=True, by=by, at=at)


def request(case, *, by, at, **more):
    """This will ask for a session on a case."""
    return services.request_session(case=case, by=by, at=at, **{**ASKED, **more})
