"""How the jobs run. They look for what is committed and not yet done, so nothing is lost with a broker."""

from config import limits

_REDIS_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "health_check_interval": 15,
    "unacked_restore_throttle": 1,
}
_MEMORY_OPTIONS = {"polling_interval": 0.2}


def celery_settings(redis_url):
    """This will give Celery's settings: jobs over Redis, or inside this one process where ``redis_url`` is empty."""
    return {
        "CELERY_BROKER_URL": redis_url or "memory://localhost",
        "CELERY_BROKER_TRANSPORT_OPTIONS": _REDIS_OPTIONS if redis_url else _MEMORY_OPTIONS,
        "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
        "CELERY_BROKER_CONNECTION_MAX_RETRIES": None,
        "CELERY_ACCEPT_CONTENT": ["json"],
        "CELERY_TASK_SERIALIZER": "json",
        "CELERY_RESULT_SERIALIZER": "json",
        "CELERY_TASK_IGNORE_RESULT": True,
        "CELERY_TASK_ACKS_LATE": True,
        "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
        "CELERY_TASK_TIME_LIMIT": 60,
        "CELERY_TASK_SOFT_TIME_LIMIT": 45,
        "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
        "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS": True,
        "CELERY_WORKER_HIJACK_ROOT_LOGGER": False,
        "CELERY_TIMEZONE": "UTC",
        # Without a memory of the last run: whatever is due is looked for again, and no file is left behind
        "CELERY_BEAT_SCHEDULER": "celery.beat:Scheduler",
        "CELERY_BEAT_SCHEDULE": {
            "sweep": _every(limits.PORTAL_SWEEP_EVERY, "access_requests.tasks.sweep"),
            "deliver": _every(limits.PORTAL_OUTBOX_EVERY, "notifications.tasks.deliver"),
        },
    }


def _every(span, task):
    # A look that waited a minute for a worker is dropped: the looks after it find the same
    return {"task": task, "schedule": span, "options": {"expires": 60}}
