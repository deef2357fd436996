"""What no honest browser sends: values for every kind of field, as they travel in a form's body."""

from urllib.parse import quote, urlencode

from django.core.cache import cache
from django.db import transaction

from access_requests.models import AccessRequest, Block, Review, ReviewLine
from accounts.models import (
    Account,
    Configuration,
    Grant,
    GrantedPermission,
    Invitation,
    Membership,
    MembershipRight,
    ProposedChange,
    User,
)
from audit.models import TrailLine
from notifications.models import Mail, Notice
from partners.models import Partnership
from riders.models import Attendee, CaseComment, CaseFollower, RemoteSession, RemoteTools, SupportCase

# Already encoded: NUL, a lone surrogate, an overlong slash, a cut-off character
BROKEN_TEXT = ["%00", "a%00b", "%ED%A0%80", "%C0%AF", "%F0%9F%98", "x" * 1_000_000]
NUMBERS = [str(sign * 2**power) for power in (31, 63) for sign in (1, -1)]
NUMBERS += [str(10**40), "NaN", "1e309", "-1", "0.5", "٣", "0x10", "1_0", "{}", "[]", "' OR 1=1 --"]
MOMENTS = [
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "10000-01-01T00:00",
    "2027-02-30T10:00",
    "2027-02-27T24:00",
    "2027-02-27T10:60",
    "2027-02-27T10:00:60",
    "2027-02-27T10:00+25:00",
    "2027-02-27T10:00-25:00",
    "2027-02-27T10:00Z",
    "2027-W08-6T10:00",
    "2027-058T10:00",
    "tomorrow",
]
HARMLESS_TEXT = ["<script>alert(1)</script>", "{{ request }} ${7*7} %s", "\u202egnp.exe", "Keys: " + "🔑" * 300, "=1+1"]
NOT_A_WORD = [" ", "\u200b", "…", "🔑" * 300, "\u202e\u2066"]


def encoded(values):
    """This will give texts as they travel in a body."""
    return [quote(value, safe="") for value in values]


def send(client, path, fields, before=None, **raw):
    """This will post ``fields`` with some of them replaced by text that is encoded already, and undo it all again.

    :param before: what stands, where the caller has looked already; all is undone, so once is enough
    :returns: the answer, whether anything was changed by it, and the address of where it led
    """
    kept = {name: value for name, value in fields.items() if name not in raw}
    body = "&".join([urlencode(kept, doseq=True), *(f"{name}={value}" for name, value in raw.items())])
    cache.clear()  # so many tries are more than anybody is granted
    with transaction.atomic():
        before = before or what_stands()
        response = client.post(path, body, content_type="application/x-www-form-urlencoded")
        changed = what_stands() != before
        landed = client.get(response.headers["Location"]).status_code if response.status_code == 302 else None
        transaction.set_rollback(True)
    return response, changed, landed


def what_stands():
    """This will give everything a form of the portal could change; refusals are written down beside it."""
    return [
        list(AccessRequest.objects.order_by("pk").values()),
        list(Grant.objects.order_by("pk").values()),
        list(GrantedPermission.objects.order_by("pk").values_list("grant", "permission")),
        *(list(table.objects.order_by("pk").values()) for table in (Block, Review, ReviewLine)),
        *(list(table.objects.order_by("pk").values()) for table in (Account, Configuration, Invitation, Membership)),
        list(ProposedChange.objects.order_by("pk").values()),
        list(MembershipRight.objects.order_by("pk").values_list("membership", "permission")),
        list(Partnership.objects.order_by("pk").values()),
        list(SupportCase.objects.order_by("pk").values()),
        list(CaseFollower.objects.order_by("pk").values()),
        CaseComment.objects.count(),
        *(list(table.objects.order_by("pk").values()) for table in (Attendee, RemoteSession, RemoteTools)),
        User.objects.count(),
        TrailLine.objects.exclude(event="access.refused").count(),
        Mail.objects.count(),
        Notice.objects.count(),
    ]
