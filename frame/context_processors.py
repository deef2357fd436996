"""What every page may say about the portal itself."""

from django.conf import settings


def portal(request):
    """``portal``: its name and address, how often pages ask for news (seconds), whether this is the demo."""
    return {
        "portal": {
            "name": settings.PORTAL_NAME,
            "base_url": settings.PORTAL_BASE_URL,
            "poll_seconds": int(settings.PORTAL_POLL_EVERY.total_seconds()),
            "demo": settings.PORTAL_DEMO,
        }
    }
