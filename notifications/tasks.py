"""Jobs of the outbox: load, call one service."""

from celery import shared_task

from frame import clock

from . import services


@shared_task
def deliver():
    """Send the mails that are due."""
    services.deliver_due(at=clock.now())
