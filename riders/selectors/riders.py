"""Reads of the riders: which version is asked for, and the bytes of each."""

from ..models import Rider


def current_rider():
    """The version that is asked for now, without the bytes of its PDF; ``None`` while none is published."""
    return Rider.objects.published().defer("pdf").first()


def rider_by_digest(digest):
    """The published version whose PDF has this SHA-256, without its bytes, or ``None``."""
    return Rider.objects.published().defer("pdf").filter(digest=digest).first() if digest else None


def rider_bytes(rider):
    """The bytes of the PDF of a published version, exactly as they were when it was published."""
    return bytes(Rider.objects.published().values_list("pdf", flat=True).get(pk=rider.pk))
