"""What the portal says of a whole world at once: the door's own lists put together, and what the rows show."""

from django.db import connection
from django.db.models import Max

from access_requests.models import AccessRequest
from access_requests.states import MOVES, Status
from accounts import authorization
from accounts.models import Account, Grant, GrantedPermission, Membership, User
from accounts.permissions import AccountPermission
from audit.models import TrailLine
from notifications.models import Mail

ANY = "any"
STEPS = {(one.source, one.target) for one in MOVES}
# Which mails a line of the trail has beside it; any of several where another mail tells the same
TOLD = {
    "request.submitted": [{"requested_customer"}, {"requested_partner"}],
    "request.approved": [{"granted_customer"}, {"granted_partner"}],
    "request.denied": [{"denied_customer"}, {"denied_partner"}],
    "request.expired": [{"lapsed"}],
    "request.edited": [{"edited_customer"}],
    "request.cancelled": [{"withdrawn_customer", "unlinked"}],
    "grant.ended": [{"ended", "ended_together", "unlinked", "denied_partner", "granted_partner"}],
    "grant.shrunk": [{"reduced"}],
    "partnership.linked": [{"linked"}],
    "membership.ended": [{"over"}],
    "membership.succeeded": [{"succeeded"}],
    "membership.changed": [{"changed"}],
    "membership.stand_in_changed": [{"changed"}],
    "person.blocked": [{"unexpected"}],
}


class Everybody:
    """Who the door lets into what, for everybody and every right, in one statement made of the door's own lists.

    The lists are asked for a person and a moment that stand for any; the statement puts everybody in their place.
    """

    _somebody = User(pk=987_654_321)

    def __init__(self, moment):
        marked = connection.ops.adapt_datetimefield_value(moment)
        parts, self._times = [], []
        lists = {right: authorization.accounts_where(self._somebody, right, at=moment) for right in AccountPermission}
        for right, rows in [*lists.items(), (ANY, authorization.open_to(self._somebody, at=moment))]:
            sql, params = rows.order_by().values("pk").query.sql_with_params()
            pieces = sql.split("%s")
            assert len(pieces) == len(params) + 1
            text = pieces[0]
            for value, piece in zip(params, pieces[1:], strict=True):
                text += "person.id" if value == self._somebody.pk else "%s"
                self._times += [] if value == self._somebody.pk else [None if value == marked else (value,)]
                text += piece
            parts.append(
                f"SELECT person.email, '{right}', company.number FROM accounts_user person, accounts_account company"
                f" WHERE company.id IN ({text})"
            )
        self._sql = " UNION ALL ".join(parts)
        if connection.vendor == "postgresql":
            self._prepare()

    def _prepare(self):
        """Planning so long a statement takes PostgreSQL longer than running it: once is enough."""
        pieces = self._sql.split("%s")
        sql = pieces[0] + "".join(
            ("$1" if value is None else "%s") + piece for value, piece in zip(self._times, pieces[1:], strict=True)
        )
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            cursor.execute("DEALLOCATE ALL")
            others = [value[0] for value in self._times if value is not None]
            cursor.execute(f"PREPARE everybody (timestamptz) AS {sql}", others)
        self._sql, self._times = "EXECUTE everybody (%s)", [None]

    def let_in(self, at):
        """This will give ``{(address, account number, right)}`` at a moment."""
        moment = connection.ops.adapt_datetimefield_value(at)
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [moment if value is None else value[0] for value in self._times])
            return {(email, number, right) for email, right, number in cursor.fetchall()}


class Rows:
    """What the rows showed before, so that nothing that may only become less becomes more."""

    def __init__(self, at):
        self.grants, self.statuses, self.line, self.mail = {}, {}, 0, 0
        self.look(at)

    def look(self, at):
        """This will fail where the rows break an invariant, and remember them."""
        self._no_two_tenants()
        self._nobody_decides_for_themself(at)
        self._grants()
        self._requests()
        self._told(at)

    def _no_two_tenants(self):
        """A9, I11: whatever a row joins belongs together."""
        grants = Grant.objects.values_list(
            "grantee",
            "membership__user",
            "account",
            "parent__account",
            "membership__account",
            "parent__membership__account",
        )
        for person, member, account, above, company, company_above in grants:
            assert person == member
            assert above in (None, account)
            assert company_above in (None, company)
        asked = AccessRequest.objects.values_list(
            "company",
            "membership__account",
            "beneficiary",
            "membership__user",
            "account",
            "grant__account",
            "grant__grantee",
        )
        for company, belongs, person, member, account, lent, grantee in asked:
            assert (company, person) == (belongs, member)
            assert lent in (None, account)
            assert grantee in (None, person)
        rights = GrantedPermission.objects.values_list("user", "grant__grantee", "content_object", "grant__account")
        assert all(person == grantee and account == lent for person, grantee, account, lent in rights)

    def _nobody_decides_for_themself(self, at):
        """I5: who said yes, just now, is of no company outside that the person is of."""
        for grant in Grant.objects.filter(opened_at=at, parent=None).exclude(pk__in=self.grants):
            outside = Membership.objects.active(at).filter(account__kind__in=["partner", "vendor"])
            theirs = outside.filter(user=grant.grantee).values("account")
            assert not outside.filter(user=grant.decided_by, account__in=theirs).exists()
            asked = AccessRequest.objects.filter(public_id=grant.request_id).first()
            assert asked is None or grant.request_digest == asked.digest == asked.compute_digest()  # I4
            assert asked is None or grant.decided_by not in asked.people

    def _grants(self):
        """I6 and I7: nothing exceeds or outlasts what it hangs under, and nothing grows."""
        rights = {}
        for grant, name in GrantedPermission.objects.values_list("grant", "permission__codename"):
            rights.setdefault(grant, set()).add(name)
        rows = {grant.pk: grant for grant in Grant.objects.all()}
        for grant in rows.values():
            above = rows.get(grant.parent_id)
            if above is not None and grant.ended_at is None:
                assert rights[grant.pk] <= rights[above.pk]
                assert above.starts_at <= grant.starts_at
                assert grant.ends_at <= above.ends_at
                assert above.parent_id is None
                assert above.may_delegate
            before = self.grants.get(grant.pk)
            if before is not None:
                assert rights[grant.pk] <= before[0]
                assert grant.ends_at <= before[1].ends_at
                assert grant.starts_at == before[1].starts_at
                assert grant.may_delegate <= before[1].may_delegate
                assert before[1].ended_at in (None, grant.ended_at)
        self.grants = {pk: (rights[pk], grant) for pk, grant in rows.items()}

    def _requests(self):
        """I3: one outcome, reached by the steps there are; one question at a time."""
        pending = []
        for asked in AccessRequest.objects.all():
            before, now = self.statuses.get(asked.pk), Status(asked.status)
            assert before in (None, now) or (before, now) in STEPS
            self.statuses[asked.pk] = now
            if now == Status.PENDING:
                pending.append((asked.beneficiary_id, asked.account_id, asked.case_number))
        assert len(pending) == len(set(pending))

    def _told(self, at):
        """I8, I9: each change left its line, and beside each line stand its mails, one to a person."""
        lines = TrailLine.objects.filter(pk__gt=self.line)
        mails = Mail.objects.filter(pk__gt=self.mail)
        told = list(mails.values_list("event", "about", "to"))
        assert len(told) == len(set(told))
        events = {event for event, _about, _to in told}
        for line in lines:
            for choice in TOLD.get(line.event, []):
                assert choice & events or self._nobody_to_tell(line, at), (line.event, events)
        self.line = TrailLine.objects.aggregate(last=Max("pk"))["last"] or 0
        self.mail = Mail.objects.aggregate(last=Max("pk"))["last"] or 0

    def _nobody_to_tell(self, line, at):
        """Whether the account has nobody left who answers for it, or nobody but whom the request is for, or theirs."""
        answers = Membership.objects.filter(account__number=line.account, ended_at=None, user__is_active=True)
        there = answers.filter(role="primary") | answers.filter(stands_in_until__isnull=False)
        if not there.exists() or not Account.objects.filter(number=line.account, closed_at=None).exists():
            return True
        asked = AccessRequest.objects.filter(public_id=line.subject).first()
        if asked is None:
            return False
        return not authorization.deciders(asked.account, asked.kind, at=at, apart_from=asked.people).exists()
