"""Random chains of lending, shortening, ending, leaving and coming back, played by portal and model at once."""

from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from access_requests import services
from access_requests.models import AccessRequest, Block
from accounts import authorization
from accounts import services as accounts
from accounts.models import Account, Grant, Membership
from accounts.permissions import AccountPermission
from accounts.states import Deciders
from audit import verification
from config import world
from frame.refusals import NotAllowedNow, TooMuch
from partners import services as partners
from partners.models import Partnership
from tests.chains.model import BOTH, DAY, HOUR, LENT, SWITCHES, Ask, Company, Loan, Place, World
from tests.chains.reading import ANY, Rows

REFUSALS = (PermissionDenied, NotAllowedNow, ValidationError, TooMuch)
MINUTE = timedelta(minutes=1)
CUSTOMERS, PARTNERS = ("acme", "globex"), ("bolt", "crow")
RIGHTS = st.frozensets(st.sampled_from(sorted(LENT)), min_size=1)
LENGTHS = st.sampled_from([15 * MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY])
WINDOWS = st.tuples(st.none(), LENGTHS) | st.tuples(
    st.sampled_from([HOUR, DAY]), LENGTHS.filter(lambda x: x < 99 * DAY)
)
SERVED = st.sampled_from(["acme", "acme", "acme", "globex"])
ROLES = ["administrator", "access_administrator", "member", "member"]
PEOPLE = ["lock_out", "leave", "leave", "join", "join", "change_role", "set_switches", "succeed"]
PEOPLE += ["stand_in", "end_stand_in", "set_up", "set_up"]
YES = st.sampled_from([True, True, False])


class Chains(RuleBasedStateMachine):
    """The test sets these on a subclass: the cast, when it began, and what the door says of everybody.

    Each run is undone to the cast as it was.
    """

    cast = began = everybody = None

    def __init__(self):
        super().__init__()
        self.at = self.began
        self.model = the_cast(self.cast, self.began)
        self.rows = Rows(self.began)
        self.steps = 0
        self._undo = transaction.atomic()
        self._undo.__enter__()

    def teardown(self):
        try:
            self._compare([(person, name) for person in self.cast.people for name in self.cast.companies])
            assert verification.verify() == []
        finally:
            transaction.set_rollback(True)
            self._undo.__exit__(None, None, None)

    @initialize(rights=RIGHTS)
    def begin(self, rights):
        """Petra holds Administrator too, and Piotr has added Pat; so that a run has something to end."""
        bolt = {place.person: place for place in self.model.places if place.company == "bolt"}
        self._give("acme", bolt["petra"], "carol", rights, (None, 30 * DAY), True, True)
        self._add("acme", bolt["pat"], "piotr", rights, False)

    # ------------------------------------------------------------------ asking and answering

    @rule(data=st.data(), account=SERVED, rights=RIGHTS, window=WINDOWS, admin=YES, delegate=YES)
    def submit(self, data, account, rights, window, admin, delegate):
        place = self._place(data, (*PARTNERS, "bolt"))
        by = self._by(data, *self._admins(place.company))
        case, window = data.draw(st.sampled_from(["", "", "7"])), self._window(window)
        ask = self.model.submit(
            account, place, by, rights=rights, admin=admin, delegate=delegate, window=window, case=case, at=self.at
        )
        with self._expected(ask is not None):
            made = services.submit_request(
                account=self._account(account),
                membership=self._membership(place),
                by=self._user(by),
                window=_as_window(window),
                case_number=case,
                **self._terms(rights, admin, delegate),
            )
            ask.key = made.pk

    @precondition(lambda self: self._waiting())
    @rule(data=st.data(), rights=RIGHTS, window=WINDOWS, admin=YES, delegate=YES)
    def edit(self, data, rights, window, admin, delegate):
        ask = data.draw(st.sampled_from(self._waiting()))
        by, window, seen = self._by(data, ask.asker), self._window(window), self._request(ask).as_seen()
        happens = self.model.edit(ask, by, rights=rights, admin=admin, delegate=delegate, window=window, at=self.at)
        with self._expected(happens):
            services.edit_request(
                request=self._request(ask),
                seen=seen,
                by=self._user(by),
                window=_as_window(window),
                **self._terms(rights, admin, delegate),
            )

    @precondition(lambda self: self.model.asks)
    @rule(data=st.data())
    def cancel(self, data):
        ask = self._ask(data)
        by = self._by(data, ask.asker)
        with self._expected(self.model.cancel(ask, by, self.at)):
            services.cancel_request(request=self._request(ask), by=self._user(by), at=self.at)

    @precondition(lambda self: self.model.asks)
    @rule(data=st.data(), admin=YES, delegate=YES, less=st.booleans(), half=st.booleans())
    def approve(self, data, admin, delegate, less, half):
        ask = self._ask(data)
        by = self._by(data, *self._deciders(ask.account))
        rights = frozenset(data.draw(st.sets(st.sampled_from(sorted(ask.wanted)), min_size=1))) if less else None
        request = self._request(ask)
        start, end = services.Window(request.starts_at, request.ends_at, request.duration).bounds(self.at)
        loan = self.model.approve(ask, by, rights=rights, admin=admin, delegate=delegate, half=half, at=self.at)
        with self._expected(loan is not None):
            loan_made = services.approve_request(
                request=request,
                seen=request.as_seen(),
                by=self._user(by),
                permissions=rights and sorted(rights),
                administrator=None if admin else False,
                may_delegate=None if delegate else False,
                ends_at=start + (end - start) / 2 if half else None,
                at=self.at,
            )
            loan.key = loan_made.pk

    @precondition(lambda self: self.model.asks)
    @rule(data=st.data(), unexpected=st.sampled_from([False, False, True]))
    def deny(self, data, unexpected):
        ask = self._ask(data)
        by, request = self._by(data, *self._deciders(ask.account)), self._request(ask)
        step = self.model.report if unexpected else self.model.deny
        service = services.report_unexpected if unexpected else services.deny_request
        with self._expected(step(ask, by, self.at)):
            service(request=request, seen=request.as_seen(), by=self._user(by), at=self.at)

    @precondition(lambda self: self.model.blocks)
    @rule(data=st.data())
    def lift(self, data):
        account, person = block = data.draw(st.sampled_from(sorted(self.model.blocks)))
        by = self._by(data, *self._deciders(account))
        row = Block.objects.get(account=self._account(account), person=self._user(person), lifted_at=None)
        with self._expected(self.model.lift(block, by, self.at)):
            services.lift_block(block=row, by=self._user(by), at=self.at)

    # ------------------------------------------------------------------ giving, passing on, taking back

    @rule(data=st.data(), account=SERVED, rights=RIGHTS, window=WINDOWS, admin=YES, delegate=YES)
    def give(self, data, account, rights, window, admin, delegate):
        place, window = self._place(data, (*PARTNERS, "bolt", "vendor")), self._window(window)
        self._give(account, place, self._by(data, *self._deciders(account)), rights, window, admin, delegate)

    def _give(self, account, place, by, rights, window, admin, delegate):
        loan = self.model.give(
            account, place, by, rights=rights, admin=admin, delegate=delegate, window=window, at=self.at
        )
        with self._expected(loan is not None):
            loan.key = services.give_access(
                account=self._account(account),
                membership=self._membership(place),
                by=self._user(by),
                window=_as_window(window),
                **self._terms(rights, admin, delegate),
            ).pk

    @rule(data=st.data(), rights=RIGHTS, admin=YES)
    def add_colleague(self, data, rights, admin):
        lenders = [one for one in self.model.loans if one.delegate and one.unended(self.at)]
        lender = data.draw(st.sampled_from(lenders)) if lenders else None
        place = self._place(data, (lender.place.company,) if lender else PARTNERS)
        account = lender.account if lender else "acme"
        by = self._by(data, *([lender.person] if lender else []))
        if lender and data.draw(YES):
            rights = rights & lender.rights or lender.rights
        self._add(account, place, by, rights, admin)

    def _add(self, account, place, by, rights, admin):
        loan = self.model.add(account, place, by, rights=rights, admin=admin, at=self.at)
        with self._expected(loan is not None):
            loan.key = services.add_colleague(
                account=self._account(account),
                membership=self._membership(place),
                by=self._user(by),
                permissions=sorted(rights),
                administrator=admin,
                reason="Holidays",
                at=self.at,
            ).pk

    @precondition(lambda self: self.model.loans)
    @rule(data=st.data(), passed_on=st.booleans())
    def end(self, data, passed_on):
        loan = self._loan(data)
        by = self._by(data, *self._enders(loan))
        others = [one for one in self.model.loans if one.account == loan.account and one.delegate]
        heir = data.draw(st.sampled_from(others)) if passed_on and others else None
        new = self.model.end(loan, by, self.at, heir=heir)
        last = Grant.objects.order_by("pk").last().pk
        with self._expected(new is not None):
            services.end_access(
                grant=self._grant(loan), by=self._user(by), at=self.at, taken_over_by=heir and self._grant(heir)
            )
            made = {grant.grantee.email: grant.pk for grant in Grant.objects.filter(pk__gt=last)}
            for one in new:
                one.key = made.pop(self._user(one.person).email)
            assert made == {}

    @precondition(lambda self: self.model.loans)
    @rule(data=st.data(), delegate=YES, earlier=st.sampled_from([1, 1, 2, 3, -1]))
    def shrink(self, data, delegate, earlier):
        loan = self._loan(data)
        by = self._by(data, *self._enders(loan))
        pool = data.draw(st.sampled_from([loan.rights, loan.rights, LENT]))
        rights = frozenset(data.draw(st.sets(st.sampled_from(sorted(pool)), min_size=1)))
        ends = self.at + (loan.ends - self.at) / earlier if earlier > 0 else loan.ends + DAY
        delegate = delegate and loan.delegate
        with self._expected(self.model.shrink(loan, by, rights=rights, ends=ends, delegate=delegate, at=self.at)):
            services.shrink_access(
                grant=self._grant(loan),
                by=self._user(by),
                ends_at=ends,
                permissions=sorted(rights),
                may_delegate=delegate,
                at=self.at,
            )

    @precondition(lambda self: any(one.why == "lender" for one in self.model.loans))
    @rule(data=st.data())
    def restore(self, data):
        loan = data.draw(st.sampled_from([one for one in self.model.loans if one.why == "lender"]))
        by = self._by(data, *self._deciders(loan.account))
        new = self.model.restore(loan, by, self.at)
        with self._expected(new is not None):
            new.key = services.restore_access(grant=self._grant(loan), by=self._user(by), at=self.at).pk

    @precondition(lambda self: self.model.loans)
    @rule(data=st.data(), length=st.sampled_from([HOUR, 30 * DAY]))
    def renew(self, data, length):
        loan = self._loan(data)
        by = self._by(data, *self._admins(loan.place.company))
        ask = self.model.renew(loan, by, length, self.at)
        with self._expected(ask is not None):
            grant = self._grant(loan)
            ask_made = services.renew_access(
                grant=grant, by=self._user(by), length=length, reason="It goes on", at=self.at
            )
            ask.key = ask_made.pk

    # ------------------------------------------------------------------ companies and people

    @rule(data=st.data(), partner=st.sampled_from(PARTNERS), customer=st.sampled_from(CUSTOMERS))
    def unlink(self, data, partner, customer):
        by = self._by(data, *self._admins(partner), *self._deciders(customer))
        pair = {"partner": self._account(partner), "customer": self._account(customer)}
        row = Partnership.objects.filter(**pair).order_by("pk").last()
        happens = self.model.unlink(partner, customer, by, self.at)
        if row is not None:
            with self._expected(happens):
                partners.end_partnership(partnership=row, by=self._user(by), at=self.at)

    @rule(partner=st.sampled_from(PARTNERS), customer=st.sampled_from(CUSTOMERS))
    def link_again(self, partner, customer):
        pair = {"partner": self._account(partner), "customer": self._account(customer)}
        with self._expected(self.model.link_again(partner, customer)):
            partners.make_known(**pair, by=None, at=self.at)

    @rule(data=st.data(), step=st.sampled_from(PEOPLE))
    def people(self, data, step):
        getattr(self, f"_{step}")(data)

    def _lock_out(self, data):
        person = data.draw(st.sampled_from(["petra", "piotr", "dora", "quinn", "adam", "connie", "greta"]))
        with self._expected(self.model.lock_out(person, self.at)):
            accounts.deactivate_person(user=self._user(person), by=None, at=self.at)

    def _leave(self, data):
        place = self._place(data, ("bolt", "bolt", "acme", "crow"), gone=True)
        by = self._by(data, place.person, *self._deciders(place.company))
        with self._expected(self.model.leave(place, by, self.at)):
            accounts.end_membership(membership=self._membership(place), by=self._user(by), at=self.at)

    def _join(self, data):
        company = data.draw(st.sampled_from([*CUSTOMERS, *PARTNERS, "bolt"]))
        person = data.draw(st.sampled_from(["petra", "piotr", "dora", "mike", "adam", "quinn", "tess"]))
        role = data.draw(st.sampled_from(ROLES))
        place = self.model.join(company, person, role, self.at)
        with self._expected(place is not None):
            place.key = accounts.add_member(
                account=self._account(company), user=self._user(person), role=role, by=None, at=self.at
            ).pk

    def _change_role(self, data):
        role = data.draw(st.sampled_from(ROLES))
        place = self._place(data, ("acme", "bolt"), gone=True)
        by = self._by(data, *self._deciders(place.company), "adam", "ursula")
        with self._expected(self.model.change_role(place, role, by, self.at)):
            accounts.change_role(membership=self._membership(place), role=role, by=self._user(by), at=self.at)

    def _set_switches(self, data):
        switches = data.draw(st.frozensets(st.sampled_from(sorted(SWITCHES))))
        place = self._place(data, ("acme", "bolt"), gone=True)
        by = self._by(data, *self._deciders(place.company), "adam", "ursula")
        with self._expected(self.model.set_switches(place, switches, by, self.at)):
            accounts.set_member_rights(
                membership=self._membership(place), permissions=sorted(switches), by=self._user(by), at=self.at
            )

    def _succeed(self, data):
        place = self._place(data, ("acme", "bolt"), gone=True)
        by = self._by(data, *self._deciders(place.company))
        with self._expected(self.model.succeed(place, by, self.at)):
            accounts.name_successor(
                account=self._account(place.company), successor=self._user(place.person), by=self._user(by), at=self.at
            )

    def _stand_in(self, data):
        start, length = data.draw(st.sampled_from([(timedelta(0), 7 * DAY), (DAY, HOUR), (timedelta(0), HOUR)]))
        place = self._place(data, ("acme",), gone=True)
        by = self._by(data, *self._deciders("acme"))
        begins, ends = self.at + start, self.at + start + length
        with self._expected(self.model.stand_in(place, begins, ends, by, self.at)):
            accounts.name_stand_in(
                membership=self._membership(place), starts_at=begins, ends_at=ends, by=self._user(by), at=self.at
            )

    def _end_stand_in(self, data):
        named = [place for place in self.model.places if place.stands]
        place = data.draw(st.sampled_from(named or self.model.places))
        by = self._by(data, place.person, *self._deciders(place.company))
        with self._expected(self.model.end_stand_in(place, by, self.at)):
            accounts.end_stand_in(membership=self._membership(place), by=self._user(by), at=self.at)

    def _set_up(self, data):
        deciders, may_add = data.draw(st.sampled_from(["primary", BOTH])), data.draw(YES)
        support_reads = data.draw(YES)
        account = data.draw(st.sampled_from(CUSTOMERS))
        by = self._by(data, *self._deciders(account), "adam")
        values = {"deciders": deciders, "may_add": may_add, "support_reads": support_reads}
        with self._expected(self.model.set_up(account, by, self.at, **values)):
            row = self._account(account)
            accounts.change_settings(
                account=row,
                seen=row.settings_version,
                by=self._user(by),
                partner_deciders=Deciders(deciders),
                partners_may_add_colleagues=may_add,
                support_read_only=support_reads,
                at=self.at,
            )

    @precondition(lambda self: self.steps > 10)
    @rule()
    def close_globex(self):
        """No service closes an account yet; the door reads the row."""
        if self.model.companies["globex"].open:
            self.model.companies["globex"].open = False
            Account.objects.filter(pk=self._account("globex").pk).update(closed_at=self.at)

    # ------------------------------------------------------------------ time

    @rule(span=st.sampled_from([20 * MINUTE, HOUR, DAY, 8 * DAY, 16 * DAY]))
    def tick(self, span):
        self.at += span

    @rule()
    def sweep(self):
        services.sweep(at=self.at)

    # ------------------------------------------------------------------ after every step

    @invariant()
    def portal_and_model_agree(self):
        """The lists for everybody and every right after each step; everything at once, and yes or no, in turns, for
        everybody when the run is over.
        """
        self.rows.look(self.at)
        lent = sorted({(one.person, one.account) for one in self.model.loans})
        self._compare([lent[self.steps % len(lent)]])
        self.steps += 1
        self.at += timedelta(seconds=1)

    def _compare(self, pairs):
        expected = set()
        for person, user in self.cast.people.items():
            for name, company in self.cast.companies.items():
                expected |= {(user.email, company.number, right) for right in self.model.held(person, name, self.at)}
                if self.model.enters(person, name, self.at):
                    expected.add((user.email, company.number, ANY))
        assert self.everybody.let_in(self.at) == expected
        for person, name in pairs:
            user, company = self._user(person), self._account(name)
            held = self.model.held(person, name, self.at)
            assert authorization.held(user, company, at=self.at) == held
        right = list(AccountPermission)[self.steps % len(AccountPermission)]
        assert authorization.allows(user, right, company, at=self.at) == (right in held)
        for ask in self.model.asks:
            assert self._request(ask).status_at(self.at) == ask.status(self.at)

    # ------------------------------------------------------------------ hands

    @contextmanager
    def _expected(self, happens):
        """The step happens, or is refused, as the model says."""
        refused = None
        try:
            with transaction.atomic():
                yield
        except REFUSALS as refusal:
            refused = refusal
        except AttributeError as error:
            if error.obj is not None:
                raise
            raise AssertionError("this was to be refused") from error  # the portal did what the model had no key for
        assert (refused is None) == bool(happens), refused or "this was to be refused"

    def _by(self, data, *likely):
        """Mostly somebody who may, sometimes anybody; nobody who is locked out can act."""
        there = [person for person in self.cast.people if person not in self.model.locked_out]
        likely = [person for person in likely if person in there]
        anybody = st.sampled_from(there)
        return data.draw(st.one_of(st.sampled_from(likely), st.sampled_from(likely), anybody) if likely else anybody)

    def _deciders(self, account):
        return sorted(self.model.deciders(account, self.at))

    def _admins(self, company):
        return [place.person for place in self.model.places if self.model.administers(place.person, company, self.at)]

    def _enders(self, loan):
        return [loan.person, *([loan.parent.person] if loan.parent else []), "pat", *self._deciders(loan.account)]

    def _place(self, data, companies, gone=False):
        places = [place for place in self.model.places if place.company in companies]
        living = [place for place in places if not place.over]
        if gone:
            return data.draw(st.sampled_from(living) | st.sampled_from(places))
        return data.draw(st.sampled_from(living))

    def _ask(self, data):
        waiting = self._waiting()
        anyone = st.sampled_from(self.model.asks)
        mostly = st.sampled_from(waiting) if waiting else anyone
        return data.draw(st.one_of(mostly, mostly, anyone))

    def _waiting(self):
        return [ask for ask in self.model.asks if ask.waits(self.at)]

    def _loan(self, data):
        unended = [one for one in self.model.loans if one.unended(self.at)]
        anyone = st.sampled_from(self.model.loans)
        return data.draw(st.one_of(st.sampled_from(unended), st.sampled_from(unended), anyone) if unended else anyone)

    def _window(self, drawn):
        start, length = drawn
        return (None, length) if start is None else (self.at + start, self.at + start + length)

    def _terms(self, rights, admin, delegate):
        asked = {"permissions": sorted(rights), "administrator": admin, "may_delegate": delegate}
        return {**asked, "reason": "The invoice does not add up", "at": self.at}

    def _user(self, name):
        user = self.cast.people[name]
        user.is_active = name not in self.model.locked_out
        return user

    def _account(self, name):
        return Account.objects.get(pk=self.cast.companies[name].pk)

    def _membership(self, place):
        return Membership.objects.select_related("user", "account").get(pk=place.key)

    def _request(self, ask):
        return AccessRequest.objects.with_people().get(pk=ask.key)

    def _grant(self, loan):
        return Grant.objects.select_related("account", "membership__account", "grantee", "parent").get(pk=loan.key)


def _as_window(window):
    start, end = window
    return services.Window(duration=end) if start is None else services.Window(starts_at=start, ends_at=end)


def the_cast(cast, at):
    """The world of the cast as the model sees it: everybody's place, and Piotr's Administrator access to Acme."""
    companies = {name: Company(str(facts[0])) for name, facts in world.COMPANIES.items()}
    keys = {(one.user_id, one.account_id): one.pk for one in Membership.objects.filter(user__in=cast.people.values())}
    places = [
        Place(name, company, str(role), contact, key=keys[cast.people[name].pk, cast.companies[company].pk])
        for name, belongs in world.PEOPLE.items()
        for company, role, contact in belongs
    ]
    links = {("bolt", "acme"): "linked", ("crow", "acme"): "available", ("bolt", "globex"): "available"}
    model = World(companies, places, links, locked_out={"greta"})
    piotrs = next(place for place in places if place.person == "piotr")
    began = at - 30 * DAY
    ask = Ask("acme", piotrs, "pat", frozenset(["view_invoices"]), True, True, (None, 365 * DAY), "", began)
    ask.set_window(ask.window)
    ask.answer, ask.decided, ask.key = "approved", began, AccessRequest.objects.get().pk
    ask.loan = Loan("acme", piotrs, LENT, began, began + 365 * DAY, began, "carol", admin=True, delegate=True, ask=ask)
    ask.loan.key = Grant.objects.get().pk
    model.asks, model.loans = [ask], [ask.loan]
    return model
