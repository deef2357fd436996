"""What operators are told."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from audit.models import JobRun
from frame import clock
from notifications.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def jobs_ran():
    for name in ("sweep", "outbox"):
        JobRun.objects.create(name=name, ran_at=clock.now())


@pytest.mark.trust("K9")
class TestReady:
    def test_says_how_everything_is(self, client, jobs_ran):
        response = client.get("/readyz")

        report = response.json()
        assert response.status_code == 200
        assert set(report) == {
            *("status", "unfit", "database", "broker", "clock_difference"),
            *("sweep_age", "outbox_age", "oldest_unsent"),
        }
        assert (report["status"], report["database"], report["broker"]) == ("ok", True, True)
        assert abs(report["clock_difference"]) < 1

    @pytest.mark.trust("B8")
    @pytest.mark.parametrize(("name", "field"), [("sweep", "sweep_age"), ("outbox", "outbox_age")])
    def test_is_unfit_while_a_job_stays_away(self, client, jobs_ran, name, field):
        JobRun.objects.filter(name=name).update(ran_at=clock.now() - timedelta(seconds=120))

        response = client.get("/readyz")

        assert (response.status_code, response.json()["unfit"]) == (503, [field])

    def test_is_unfit_before_the_first_job(self, client):
        response = client.get("/readyz")

        assert (response.status_code, response.json()["unfit"]) == (503, ["sweep_age", "outbox_age"])

    @pytest.mark.services
    @pytest.mark.trust("I2")
    @pytest.mark.parametrize(("ahead", "status"), [("0.5 seconds", 200), ("2 seconds", 503), ("-2 seconds", 503)])
    def test_is_unfit_while_the_databases_clock_is_another(self, client, jobs_ran, ahead, status):
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA another")
            cursor.execute(
                "CREATE FUNCTION another.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                f"$$ SELECT pg_catalog.clock_timestamp() + interval '{ahead}' $$"
            )
            cursor.execute("SET LOCAL search_path = another, pg_catalog, public")

        response = client.get("/readyz")

        assert response.status_code == status
        assert response.json()["unfit"] == (["clock_difference"] if status == 503 else [])

    @pytest.mark.trust("B4")
    def test_is_unfit_while_a_mail_waits_for_long(self, client, jobs_ran, settings):
        at = clock.now() - settings.PORTAL_MAIL_LATE_AFTER - timedelta(seconds=1)
        Mail.objects.create(key="k", message_id="<m>", event="e", to="carol@acme.example", created_at=at, due_at=at)

        response = client.get("/readyz")

        assert (response.status_code, response.json()["unfit"]) == (503, ["oldest_unsent"])

    @pytest.mark.trust("B8", "T5")
    def test_says_nothing_about_people_or_places(self, client, jobs_ran):
        said = client.get("/readyz").content.decode()

        assert not re.search(r"@|://|[Tt]race|sqlite|postgres", said)

    def test_knows_no_post(self, client):
        assert client.post("/readyz").status_code == 405


def test_alive_needs_nothing(client):
    assert client.get("/healthz").json() == {"status": "ok"}


class TestPolicyReports:
    def test_are_taken_from_anybody(self, client):
        assert client.post("/csp", b"{}", content_type="application/csp-report").status_code == 204

    def test_of_any_depth_are_not_read(self, client):
        assert client.post("/csp", b"[" * 1000, content_type="application/csp-report").status_code == 204

    def test_beyond_all_need_are_refused(self, client):
        assert client.post("/csp", b"x" * 20_000, content_type="application/csp-report").status_code == 413

    def test_are_posted(self, client):
        assert client.get("/csp").status_code == 405
