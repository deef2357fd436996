"""Jobs of the question and the answer: load, call one service."""

from celery import shared_task

from frame import clock

from . import services


@shared_task
def sweep():
    """Expire, end, remind and tell what is due."""
    services.sweep(at=clock.now())
