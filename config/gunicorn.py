"""How gunicorn serves the portal. Without a Redis, this one process also does the jobs, in threads."""

import os

from django.core.exceptions import ImproperlyConfigured

from config import logs

_ALONE = os.environ.get("PORTAL_ENV") == "embedded" and not os.environ.get("REDIS_URL")

wsgi_app = "config.wsgi:application"
bind = f"{'127.0.0.1' if _ALONE else '0.0.0.0'}:{os.environ.get('PORT', '8000')}"  # noqa: S104 - behind a proxy
worker_class = "config.serving.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY", "1" if _ALONE else "3"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 5 if _ALONE else 30
keepalive = 5
max_requests = 0 if _ALONE else 10_000
max_requests_jitter = 0 if _ALONE else 1_000
limit_request_line = 8_190
limit_request_fields = 60
limit_request_field_size = 16_380
# Whether a proxy of ours stands in front is for TRUSTED_PROXY to say, not for the address it calls from
forwarded_allow_ips = ""
accesslog = None
loglevel = "warning"
logconfig_dict = logs.to_stderr(level="WARNING")
control_socket_disable = True


def on_starting(server):
    """Refuse more processes than the jobs' memory reaches."""
    if _ALONE and server.cfg.workers != 1:
        raise ImproperlyConfigured(
            "Without REDIS_URL the jobs live in the memory of one process: set WEB_CONCURRENCY=1, or set REDIS_URL."
        )


def post_worker_init(worker):
    """Start the jobs beside the pages."""
    if _ALONE:
        from config import embedded  # noqa: PLC0415 - Django must be set up before the jobs are

        worker.jobs = embedded.start()


def worker_exit(server, worker):
    """Let the job in hand finish, and leave nothing running."""
    jobs = getattr(worker, "jobs", None)
    if jobs is not None:
        jobs.stop()
