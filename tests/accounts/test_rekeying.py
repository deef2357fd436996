"""A new secret key: nobody is signed out, nobody enrols anew, and the old key can be thrown away."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import services
from audit.models import TrailLine
from frame import clock
from tests import doorbell

pytestmark = [pytest.mark.django_db, pytest.mark.trust("T5")]

NEW_KEY = "taken-into-use-today-" + "n" * 50


@pytest.fixture
def connie():
    return doorbell.person("connie@acme.example", enrolled=True)


@pytest.fixture
def new_key(settings):
    """``new_key()`` puts a new key in front of the old; ``new_key(only=True)`` then drops the old."""

    def rotate(*, only=False):
        settings.SECRET_KEY_FALLBACKS = [] if only else [settings.SECRET_KEY]
        settings.SECRET_KEY = NEW_KEY

    return rotate


def test_the_old_key_can_be_thrown_away_afterwards(client, connie, new_key, capsys):
    codes = RecoveryCodes.activate(connie).generate_codes()
    new_key()
    call_command("portal_rekey")
    new_key(only=True)

    assert doorbell.sign_in(client, connie).status_code == 302
    assert RecoveryCodes.activate(connie).generate_codes() == codes
    assert capsys.readouterr().out == "Second factors written under today's key: 2.\n"


def test_without_it_the_old_key_is_still_needed(connie, new_key):
    new_key()
    new_key(only=True)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS"):
        doorbell.sign_in(Client(), connie)


def test_nobody_is_signed_out_while_the_old_key_stands_beside_the_new(client, new_key):
    doorbell.sign_in(client, doorbell.person("mike@acme.example"))
    new_key()

    assert client.get("/").status_code == 200


def test_a_key_that_is_named_nowhere_changes_nothing(connie, new_key):
    before = list(Authenticator.objects.values_list("pk", "data"))
    new_key(only=True)

    with pytest.raises(CommandError, match="Add that key to SECRET_KEY_FALLBACKS"):
        call_command("portal_rekey")
    assert list(Authenticator.objects.values_list("pk", "data")) == before
    assert not TrailLine.objects.filter(event="second_factors.reencrypted").exists()


def test_stands_in_the_vendors_trail_without_a_secret(connie):
    services.reencrypt_second_factors(at=clock.now())

    (line,) = TrailLine.objects.filter(event="second_factors.reencrypted")
    assert (line.chain, line.actor, line.details) == ("vendor", "", {"factors": 1})
