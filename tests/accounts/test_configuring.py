"""How an account is set up and who decides for it: changed by one service, by whom it may, with a history."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from access_requests import services as requests
from access_requests.selectors import receipt
from accounts import authorization, services
from accounts.models import Account, Configuration
from accounts.permissions import AccountPermission as P
from accounts.selectors import configuration_of
from accounts.states import Deciders
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.cast import WEEK, approve, ask
from tests.certificates import certificate, private_key

HERE, CHANGE, SETTINGS = (f"/accounts/654321/{page}/" for page in ("configuration", "configuration/change", "settings"))
METADATA = "https://idp.acme.example/metadata"
BOTH = Deciders.PRIMARY_AND_ADMINISTRATORS
STRANGERS = ["mallory", "quinn", "pat", "tess", "stan", "root"]


def configure(account, *, by, at, seen=0, **values):
    services.change_configuration(account=account, seen=seen, by=by, at=at, **values)


def lines(event):
    return list(TrailLine.objects.filter(event=event).order_by("id"))


def words(response):
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


@pytest.fixture
def lent_to_change(cast, now):
    """Petra may see and change Acme's configuration, for a week."""
    asked = ask(cast, permissions=[P.VIEW_CONFIGURATION, P.CHANGE_CONFIGURATION], case_number="C-7", at=now)
    return approve(asked, by=cast.carol, at=now)


class TestChangeConfiguration:
    def test_each_thing_that_changed_leaves_one_line_with_before_and_after(self, cast, now):
        configure(cast.acme, by=cast.adam, at=now, metadata_url=METADATA, domains=["acme.example"])
        configure(cast.acme, by=cast.carol, seen=1, at=now + WEEK, domains=["acme.example", "acme.test"])

        told = [
            (line.actor, line.at, line.details["field"], line.details["before"], line.details["after"], line.grants)
            for line in lines("configuration.changed")
        ]
        assert told == [
            (cast.adam.email, now, "metadata_url", "", METADATA, []),
            (cast.adam.email, now, "domains", [], ["acme.example"], []),
            (cast.carol.email, now + WEEK, "domains", ["acme.example"], ["acme.example", "acme.test"], []),
        ]
        assert configuration_of(cast.acme).version == 2

    @pytest.mark.parametrize("who", ["ursula", "connie", "mike", *STRANGERS])
    def test_is_refused_to_everybody_who_does_not_hold_the_right(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            configure(cast.acme, by=getattr(cast, who), at=now, metadata_url=METADATA)

        assert not Configuration.objects.exists()
        assert not lines("configuration.changed")

    @pytest.mark.trust("L4", "I14")
    def test_from_outside_the_line_names_the_person_and_the_access_that_was_used(self, cast, lent_to_change, now):
        configure(cast.acme, by=cast.petra, at=now, metadata_url=METADATA)

        (line,) = lines("configuration.changed")
        assert (line.actor, line.grants, line.case) == (cast.petra.email, [lent_to_change.public_id], "C-7")
        assert line.digest == lent_to_change.request_digest
        lent_to_change.refresh_from_db()
        assert lent_to_change.last_used_at == now
        assert [one.words for one in receipt(lent_to_change)] == ["Configuration, 1 change"]

    @pytest.mark.trust("E3")
    def test_is_refused_at_the_end_of_the_access_with_no_job_running(self, cast, lent_to_change, now):
        with pytest.raises(PermissionDenied):
            configure(cast.acme, by=cast.petra, at=lent_to_change.ends_at, metadata_url=METADATA)
        requests.end_access(grant=lent_to_change, by=cast.carol, at=now)
        with pytest.raises(PermissionDenied):
            configure(cast.acme, by=cast.petra, at=now, metadata_url=METADATA)

    def test_whoever_is_slower_changes_nothing(self, cast, now):
        configure(cast.acme, by=cast.adam, at=now, metadata_url=METADATA)
        with pytest.raises(NotAllowedNow, match="after you opened"):
            configure(cast.acme, by=cast.carol, at=now, domains=["acme.example"])

        assert (configuration_of(cast.acme).domains, configuration_of(cast.acme).version) == ([], 1)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("metadata_url", "http://idp.acme.example/metadata"),
            ("metadata_url", "javascript:alert(1)"),
            ("metadata_url", "https://user:secret@idp.acme.example/"),
            ("metadata_url", "https://["),
            ("certificate", "no certificate"),
            ("domains", ["acme"]),
            ("domains", ["ok.example", "*.example"]),
            ("domains", ["acme.example\n"]),
            ("domains", [f"d{number}.example" for number in range(101)]),
            ("notification_addresses", ["nobody"]),
        ],
    )
    def test_what_is_not_acceptable_is_said_beside_its_field_and_nothing_is_saved(self, cast, now, name, value):
        with pytest.raises(ValidationError) as refusal:
            configure(cast.acme, by=cast.carol, at=now, **{name: value})

        assert list(refusal.value.message_dict) == [name]
        assert not Configuration.objects.exists()

    def test_a_private_key_and_two_certificates_are_no_certificate(self, cast, now):
        for text, why in [(private_key() + certificate(), "private key"), (certificate() * 2, "not one certificate")]:
            with pytest.raises(ValidationError, match=why):
                configure(cast.acme, by=cast.carol, at=now, certificate=text)
        assert not TrailLine.objects.filter(details__icontains="PRIVATE").exists()

    @pytest.mark.parametrize(
        ("part", "broken"), [(b"idp.", b"\xff\xfep."), (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07")]
    )
    def test_a_certificate_that_no_page_could_show_is_none(self, cast, now, signed_in, part, broken):
        """Its name is no text, or its version is none there is: the page would fail for everybody from then on."""
        whole = base64.b64decode("".join(certificate().splitlines()[1:-1]))
        text = base64.encodebytes(whole.replace(part, broken)).decode()
        sent = {"version": "0", "certificate": f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"}
        answer = signed_in(cast.carol).post(CHANGE, sent)

        assert answer.status_code == 400
        assert "not one certificate" in words(answer)
        assert not Configuration.objects.exists()

    def test_saving_what_is_there_already_is_no_change(self, cast, now):
        with pytest.raises(ValidationError, match="like that already"):
            configure(cast.acme, by=cast.carol, at=now, metadata_url="")

        assert not lines("configuration.changed")

    def test_the_database_refuses_metadata_in_the_clear(self, cast):
        with pytest.raises(IntegrityError), transaction.atomic():
            Configuration.objects.create(account=cast.acme, metadata_url="http://idp.acme.example/")


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    @pytest.mark.trust("R8")
    def test_of_several_who_read_the_same_one_wins_and_the_others_are_told(self, cast, now):
        def change(number):
            by = (cast.carol, cast.adam, cast.dora)[number]
            configure(cast.acme, by=by, at=now, domains=[f"d{number}.example"])

        outcomes = together(change, 3)

        assert sorted(map(type, outcomes), key=str) == sorted([type(None), NotAllowedNow, NotAllowedNow], key=str)
        assert len(lines("configuration.changed")) == 1
        assert configuration_of(cast.acme).domains == [f"d{outcomes.index(None)}.example"]

    def test_a_change_from_outside_and_the_end_of_the_access_leave_no_change_after_the_end(
        self, cast, lent_to_change, now
    ):
        acts = [
            lambda: requests.end_access(grant=lent_to_change, by=cast.carol, at=now),
            lambda: configure(cast.acme, by=cast.petra, at=now, metadata_url=METADATA),
        ]
        outcomes = together(lambda number: acts[number](), 2)

        events = [line.event for line in TrailLine.objects.filter(account="654321").order_by("sequence")]
        assert not isinstance(outcomes[0], Exception)
        assert isinstance(outcomes[1], PermissionDenied) == ("configuration.changed" not in events)
        if "configuration.changed" in events:
            assert events.index("configuration.changed") < events.index("grant.ended")


def together(act, count):
    """This will do ``act(number)`` in as many threads at once, and give what came of each: a value or a refusal."""
    barrier = Barrier(count)

    def once(number):
        try:
            barrier.wait(60)
            return act(number)
        except Exception as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(once, range(count)))


class TestConfigurationPages:
    def form(self, **changes):
        empty = {"version": "0", "metadata_url": "", "certificate": "", "domains": "", "notification_addresses": ""}
        return empty | changes

    def test_what_is_set_stands_there_with_when_the_certificate_expires_and_who_changed_it(self, cast, signed_in, now):
        form = self.form(certificate=certificate().replace("\n", "\r\n"), domains="Acme.example\n\nacme.example")
        carol = signed_in(cast.carol)
        answer = carol.post(CHANGE, form, follow=True)

        assert answer.redirect_chain == [(HERE, 302)]
        page = words(answer)
        assert "CN=idp.acme.example" in page
        assert "Thu 1 May 2031, 14:00" in page
        assert "Carol carol@acme.example Allowed mail domains none acme.example" in page
        assert configuration_of(cast.acme).domains == ["acme.example"]

    def test_a_certificate_that_is_over_says_so(self, cast, signed_in, now):
        configure(cast.acme, by=cast.carol, at=now, certificate=certificate(ends_at=now - timedelta(days=1)))

        assert "It has expired." in words(signed_in(cast.carol).get(HERE))

    @pytest.mark.parametrize(
        ("who", "reads", "changes"),
        [
            ("carol", 200, 200),
            ("adam", 200, 200),
            ("ursula", 200, 403),
            ("connie", 403, 403),
            ("mike", 403, 403),
            ("petra", 404, 404),
            *[(who, 404, 404) for who in STRANGERS],
        ],
    )
    def test_open_for_whom_they_are(self, cast, signed_in, who, reads, changes):
        browser = signed_in(getattr(cast, who))

        assert (browser.get(HERE).status_code, browser.get(CHANGE).status_code) == (reads, changes)
        assert browser.post(CHANGE, self.form(domains="evil.example")).status_code in {changes, 302}
        assert Configuration.objects.exists() == (changes == 200)
        tabs = BeautifulSoup(browser.get("/accounts/654321/").content, "html.parser").select(".tabs a")
        assert ("Configuration" in [tab.get_text() for tab in tabs]) == (reads == 200)

    def test_from_outside_under_the_banner_with_a_line_for_each_look(self, cast, signed_in, lent_to_change):
        petra = signed_in(cast.petra)
        assert "Viewing as account 654321" in words(petra.get(CHANGE))
        petra.post(CHANGE, self.form(domains="acme.example"))
        page = words(petra.get(HERE))

        assert "Viewing as account 654321" in page
        assert f"from outside, through access {lent_to_change.public_id[:6]}" in page
        assert {line.grants[0] for line in lines("account.viewed")} == {lent_to_change.public_id}
        history = words(signed_in(cast.carol).get(f"/requests/{lent_to_change.request_id}/"))
        assert "Petra changed: Allowed mail domains, from none to acme.example" in history

    def test_who_comes_from_outside_reads_no_name_of_another_who_did(self, cast, signed_in, lent_to_change, now):
        approve(ask(cast, for_=cast.pat, permissions=[P.VIEW_CONFIGURATION], at=now), by=cast.carol, at=now)
        signed_in(cast.petra).post(CHANGE, self.form(domains="acme.example"))
        page = words(signed_in(cast.pat).get(HERE))

        assert "somebody else from outside Allowed mail domains" in page
        assert "Petra" not in page
        assert "petra@" not in page
        assert lent_to_change.public_id[:6] not in page
        assert "Petra petra@bolt.example from outside" in words(signed_in(cast.carol).get(HERE))

    def test_the_right_to_change_alone_opens_the_form_and_a_way_to_it(self, cast, signed_in, now):
        approve(ask(cast, permissions=[P.CHANGE_CONFIGURATION], at=now), by=cast.carol, at=now)
        petra = signed_in(cast.petra)

        assert petra.get(HERE).status_code == 403
        answer = petra.post(CHANGE, self.form(domains="acme.example"), follow=True)
        assert answer.redirect_chain == [(CHANGE, 302)]
        assert answer.status_code == 200

    def test_on_a_page_that_is_out_of_date_it_says_what_is_different_now(self, cast, signed_in, now):
        configure(cast.acme, by=cast.adam, at=now, metadata_url=METADATA)
        answer = signed_in(cast.carol).post(CHANGE, self.form(domains="acme.example"))

        assert answer.status_code == 409
        assert f"Single sign-on metadata address none {METADATA}" in words(answer)
        assert configuration_of(cast.acme).domains == []

    def test_on_a_page_that_is_out_of_date_what_was_typed_stands_and_is_saved_the_second_time(
        self, cast, signed_in, now
    ):
        configure(cast.acme, by=cast.adam, at=now, metadata_url=METADATA, domains=["other.example"])
        carol = signed_in(cast.carol)
        answer = carol.post(CHANGE, self.form(domains="acme.example"))
        page = BeautifulSoup(answer.content, "html.parser")
        again = {box["name"]: box.get("value", box.get_text()) for box in page.select("main [name]")}

        assert again["domains"].strip() == "acme.example"  # both changed it: theirs, to be looked at
        assert again["metadata_url"] == METADATA  # only the other changed it
        assert carol.post(CHANGE, again).status_code == 302
        assert (configuration_of(cast.acme).domains, configuration_of(cast.acme).metadata_url) == (
            ["acme.example"],
            METADATA,
        )

    @pytest.mark.trust("F1", "F2", "F4")
    @pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "1e309"])
    def test_a_version_that_is_none_is_a_mistake_in_the_form(self, cast, signed_in, version):
        form = self.form(version=version, domains="acme.example", account="810432")

        assert signed_in(cast.carol).post(CHANGE, form).status_code == 400
        assert not Configuration.objects.exists()

    def test_a_mistake_keeps_what_was_typed(self, cast, signed_in):
        answer = signed_in(cast.carol).post(CHANGE, self.form(domains="acme", metadata_url=METADATA))

        assert answer.status_code == 400
        assert METADATA in answer.content.decode()
        assert "acme: This is not a mail domain" in words(answer)

    def test_as_many_queries_for_one_change_as_for_many(self, cast, signed_in, now, django_assert_num_queries):
        carol = signed_in(cast.carol)
        configure(cast.acme, by=cast.carol, at=now, domains=["a.example"])
        carol.get(HERE)
        with CaptureQueriesContext(connection) as one:
            carol.get(HERE)
        for number in range(1, 6):
            configure(cast.acme, by=cast.carol, seen=number, at=now, domains=[f"a{number}.example"])
        with django_assert_num_queries(len(one)):
            carol.get(HERE)


class TestChangeSettings:
    def change(self, cast, *, by, at, seen=1, **values):
        return services.change_settings(account=cast.acme, seen=seen, by=by, at=at, **values)

    def test_the_primary_user_alone_says_who_decides(self, cast, now):
        for setting in ("partner_deciders", "support_deciders"):
            other = Deciders.PRIMARY if setting == "support_deciders" else BOTH
            with pytest.raises(PermissionDenied, match="primary user"):
                self.change(cast, by=cast.adam, at=now, **{setting: other})

        self.change(cast, by=cast.carol, at=now, partner_deciders=BOTH)
        assert cast.adam in authorization.deciders(cast.acme.__class__.objects.get(pk=cast.acme.pk), "partner", at=now)

    def test_new_deciders_are_told_of_what_waits_at_once(self, cast, pending, now):
        self.change(cast, by=cast.carol, at=now + WEEK, partner_deciders=BOTH)

        asked = Mail.objects.filter(created_at=now + WEEK, event="requested_customer")
        assert sorted(mail.to for mail in asked) == [cast.adam.email]

    def test_an_administrator_sets_the_rest(self, cast, now):
        self.change(cast, by=cast.adam, at=now, partners_may_add_colleagues=False, support_read_only=True)

        assert [(line.actor, line.details["field"], line.details["after"]) for line in lines("settings.changed")] == [
            (cast.adam.email, "partners_may_add_colleagues", False),
            (cast.adam.email, "support_read_only", True),
        ]

    @pytest.mark.parametrize("who", ["ursula", "connie", "mike", "piotr", *STRANGERS])
    def test_is_refused_to_everybody_else_an_administrator_from_outside_too(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            self.change(cast, by=getattr(cast, who), at=now, support_read_only=True)

        assert not Account.objects.get(pk=cast.acme.pk).support_read_only

    def test_whoever_is_slower_changes_nothing_and_nothing_is_no_change(self, cast, now):
        self.change(cast, by=cast.adam, at=now, support_read_only=True)
        with pytest.raises(NotAllowedNow):
            self.change(cast, by=cast.carol, at=now, partner_deciders=BOTH)
        with pytest.raises(ValidationError, match="like that already"):
            self.change(cast, by=cast.carol, seen=2, at=now, support_read_only=True)

    def test_a_decider_that_is_none_is_refused(self, cast, now):
        with pytest.raises(ValidationError):
            self.change(cast, by=cast.carol, at=now, partner_deciders="everybody")

    def test_forbidding_partners_to_add_colleagues_ends_no_access_and_nobody_is_added(self, cast, now):
        added = self.add(cast, cast.petra, at=now)
        self.change(cast, by=cast.adam, at=now, partners_may_add_colleagues=False)

        added.refresh_from_db()
        assert added.live_at(now)
        with pytest.raises(PermissionDenied):
            self.add(cast, cast.pat, at=now)

    def add(self, cast, person, *, at):
        return requests.add_colleague(
            account=cast.acme,
            membership=person.memberships.get(account=cast.bolt),
            by=cast.piotr,
            permissions=[P.VIEW_ORDERS],
            administrator=False,
            reason="Stands in for Piotr.",
            at=at,
        )


class TestSettingsPage:
    def form(self, **changes):
        shown = {
            "version": "1",
            "partner_deciders": "primary",
            "support_deciders": "primary_and_administrators",
            "partners_may_add_colleagues": "on",
        }
        return shown | changes

    @pytest.mark.seed("S4-18")
    def test_the_checkbox_for_support_is_off_and_says_what_the_requirement_says(self, cast, signed_in):
        page = BeautifulSoup(signed_in(cast.carol).get(SETTINGS).content, "html.parser")
        heading = page.find("h2", string="Support access")
        box = heading.find_parent("section").find("input", type="checkbox")

        assert page.select_one(".tabs [aria-current]").get_text() == "Settings"
        assert " ".join(box.find_parent("label").get_text().split()) == (
            "Allow support read-only access to your organization"
        )
        assert not box.has_attr("checked")
        assert not Account.objects.filter(support_read_only=True).exists()

    def test_saved_it_holds_and_stands_in_the_history(self, cast, signed_in):
        page = words(signed_in(cast.carol).post(SETTINGS, self.form(support_read_only="on"), follow=True))

        assert "Allow support read-only access to your organization no yes" in page
        assert Account.objects.get(pk=cast.acme.pk).support_read_only

    @pytest.mark.trust("F4")
    def test_an_administrator_sees_who_decides_and_cannot_set_it(self, cast, signed_in):
        adam = signed_in(cast.adam)
        page = BeautifulSoup(adam.get(SETTINGS).content, "html.parser")
        adam.post(SETTINGS, self.form(partner_deciders=BOTH, support_read_only="on"))

        assert all(radio.has_attr("disabled") for radio in page.select("[name=partner_deciders]"))
        acme = Account.objects.get(pk=cast.acme.pk)
        assert (acme.partner_deciders, acme.support_read_only) == (Deciders.PRIMARY, True)

    @pytest.mark.parametrize(
        ("who", "answer"), [("ursula", 403), ("connie", 403), ("piotr", 403), *[(who, 404) for who in STRANGERS]]
    )
    def test_shut_for_everybody_else(self, cast, signed_in, who, answer):
        browser = signed_in(getattr(cast, who))

        assert browser.get(SETTINGS).status_code == answer
        assert browser.post(SETTINGS, self.form(support_read_only="on")).status_code == answer
        assert not Account.objects.filter(support_read_only=True).exists()

    def test_it_names_whom_partners_have_let_in(self, cast, signed_in, now):
        TestChangeSettings().add(cast, cast.petra, at=now)
        page = words(signed_in(cast.carol).get(SETTINGS))

        assert "Switching it off ends nobody’s access. From then on nobody can be added." in page
        assert "Petra , Bolt Partners" in page

    def test_on_a_page_that_is_out_of_date_it_says_what_is_different_now(self, cast, signed_in, now):
        services.change_settings(account=cast.acme, seen=1, by=cast.adam, at=now, support_read_only=True)
        answer = signed_in(cast.carol).post(SETTINGS, self.form(partner_deciders=BOTH))

        assert answer.status_code == 409
        assert "Allow support read-only access to your organization no yes" in words(answer)
        page = BeautifulSoup(answer.content, "html.parser")
        checked = {box["name"]: box["value"] for box in page.select("main input[checked]") if box.get("value")}
        assert checked["partner_deciders"] == BOTH
        assert page.select_one("main input[name=support_read_only]").has_attr("checked")
        again = checked | {"version": page.select_one("main input[name=version]")["value"], "support_read_only": "on"}
        assert signed_in(cast.carol).post(SETTINGS, again).status_code == 302
        cast.acme.refresh_from_db()
        assert (cast.acme.partner_deciders, cast.acme.support_read_only) == (BOTH, True)
