"""The schedule names only jobs that exist, and the jobs' settings lose nothing."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from config.celery import app
from config.jobs import celery_settings


def test_the_schedule_names_only_jobs_that_exist():
    app.loader.import_default_modules()
    app.finalize()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


@pytest.mark.trust("B9")
def test_no_job_waits_with_the_broker_for_longer_than_a_minute():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"] == {"expires": 60}
        assert entry["schedule"].total_seconds() <= 60


@pytest.mark.trust("B9")
def test_nobody_asks_for_a_job_later():
    ours = [app for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app / "__init__.py").exists()]
    files = [file for app in ours for file in Path(settings.BASE_DIR / app).rglob("*.py")]
    later = [
        (file.name, word.arg)
        for file in files
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg in {"eta", "countdown"}
    ]

    assert len(files) > 100
    assert later == []


def test_a_job_is_given_back_only_once_it_is_done():
    held = celery_settings("redis://localhost:6379/0")

    assert held["CELERY_TASK_ACKS_LATE"] is True
    assert held["CELERY_TASK_REJECT_ON_WORKER_LOST"] is True
    assert held["CELERY_WORKER_PREFETCH_MULTIPLIER"] == 1
    assert held["CELERY_ACCEPT_CONTENT"] == ["json"]
    assert held["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"] == 900
