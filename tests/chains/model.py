"""What a world of lent access should do, told in plain Python without a look at how the portal does it.

Every step answers whether it happens. One that does not happen changes nothing. People and companies are their names.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CASES = frozenset(["view_cases", "write_cases"])
LENT = CASES | {
    *("view_orders", "view_invoices", "view_usage", "view_contacts", "view_articles"),
    *("view_configuration", "change_configuration"),
}
SWITCHES = LENT - {"view_configuration", "change_configuration"}
RUNS = LENT | {"view_access", "manage_people", "end_access"}
ROLES = {
    "primary": RUNS | {"change_settings", "accept_terms", "decide_access"},
    "administrator": RUNS | {"change_settings", "accept_terms"},
    "access_administrator": RUNS - {"change_configuration"},
    "member": frozenset(),
}
MAKES = {
    "primary": {"administrator", "access_administrator", "member"},
    "administrator": {"access_administrator", "member"},
    "access_administrator": {"member"},
    "member": set(),
}
EVERYTHING = ROLES["primary"]
BOTH = "primary_and_administrators"
WAITS, RESTORABLE, AHEAD, ASK_AGAIN = 14 * DAY, 14 * DAY, 60 * DAY, HOUR
FEW_WAIT, MANY_WAIT, ASKS_A_DAY = 5, 50, 20


@dataclass(eq=False)
class Company:
    kind: str
    open: bool = True
    deciders: str = "primary"
    may_add: bool = True
    support_reads: bool = False


@dataclass(eq=False)
class Place:
    """A person in a company."""

    person: str
    company: str
    role: str
    contact: bool = False
    switches: frozenset = frozenset()
    stands: tuple | None = None
    over: bool = False
    key: int | None = None


@dataclass(eq=False)
class Ask:
    account: str
    place: Place
    asker: str
    rights: frozenset
    admin: bool
    delegate: bool
    window: tuple  # (start, end), or (None, length)
    case: str
    asked: datetime
    respond_by: datetime = None
    answer: str = "pending"
    decided: datetime | None = None
    waived: bool = False
    loan: "Loan | None" = None
    key: int | None = None

    @property
    def person(self):
        return self.place.person

    @property
    def wanted(self):
        return LENT if self.admin else self.rights

    def set_window(self, window):
        self.window = window
        latest = self.asked + WAITS
        self.respond_by = latest if window[0] is None else min(latest, window[1])

    def waits(self, at):
        return self.answer == "pending" and at < self.respond_by

    def status(self, at):
        return "expired" if self.answer == "pending" and not self.waits(at) else self.answer


@dataclass(eq=False)
class Loan:
    account: str
    place: Place
    rights: frozenset
    starts: datetime
    ends: datetime
    opened: datetime
    by: str
    admin: bool = False
    delegate: bool = False
    parent: "Loan | None" = None
    ask: Ask | None = None
    case: str = ""
    over: datetime | None = None
    why: str = ""
    made_less: datetime | None = None
    key: int | None = None

    @property
    def person(self):
        return self.place.person

    def unended(self, at):
        return self.over is None and at < self.ends


@dataclass
class World:
    companies: dict[str, Company]
    places: list[Place]
    links: dict[tuple, str]  # (partner, customer): available or linked
    locked_out: set[str]
    asks: list[Ask] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    blocks: dict[tuple, Ask] = field(default_factory=dict)  # (account, person): the request that was reported

    # ------------------------------------------------------------------ who holds what

    def holds(self, place, at):
        return not place.over and place.person not in self.locked_out

    def active(self, company, at):
        return [place for place in self.places if place.company == company and self.holds(place, at)]

    def place_in(self, company, person, at):
        return next((place for place in self.active(company, at) if place.person == person), None)

    def opens(self, loan, at):
        here = loan.starts <= at < loan.ends and loan.over is None and self.holds(loan.place, at)
        return here and (loan.parent is None or self.opens(loan.parent, at))

    def stands_in(self, place, at):
        return place.stands is not None and place.stands[0] <= at < place.stands[1]

    def reads_for_support(self, person, account, at):
        vendors = [name for name, company in self.companies.items() if company.kind == "vendor" and company.open]
        works = any(self.place_in(vendor, person, at) for vendor in vendors)
        return self.companies[account].support_reads and works

    def held(self, person, account, at):
        company, place = self.companies[account], self.place_in(account, person, at)
        if not company.open:
            return set()
        rights = set()
        if place:
            rights |= ROLES[place.role] | (place.switches if place.role == "member" else set())
            if place.contact:
                rights |= CASES | {"accept_terms"}
            if place.role == "administrator":
                rights.add("decide_access")  # the cast's accounts let administrators decide requests of support
            if self.stands_in(place, at):
                rights |= {"view_access", "end_access", "decide_access"}
        for loan in self.loans:
            if (loan.person, loan.account) == (person, account) and self.opens(loan, at):
                rights |= loan.rights
        return rights | ({"view_configuration"} if self.reads_for_support(person, account, at) else set())

    def enters(self, person, account, at):
        lent = any(one.person == person and one.account == account and self.opens(one, at) for one in self.loans)
        inside = self.place_in(account, person, at) or lent or self.reads_for_support(person, account, at)
        return bool(self.companies[account].open and inside)

    def outside_of(self, person, at):
        kinds = ("partner", "vendor")
        return {
            place.company
            for place in self.places
            if place.person == person and self.companies[place.company].kind in kinds and self.holds(place, at)
        }

    def deciders(self, account, at, apart=()):
        company = self.companies[account]
        roles = {"primary", "administrator"} if company.deciders == BOTH else {"primary"}
        theirs = set().union(*(self.outside_of(person, at) for person in apart)) if apart else set()
        return {
            place.person
            for place in self.active(account, at)
            if company.open
            and (place.role in roles or self.stands_in(place, at))
            and place.person not in apart
            and not self.outside_of(place.person, at) & theirs
        }

    def administers(self, person, company, at):
        place = self.place_in(company, person, at)
        return place is not None and place.role in ("primary", "administrator")

    def primary(self, person, account, at):
        place = self.place_in(account, person, at)
        return place is not None and place.role == "primary" and self.companies[account].open

    def appoints(self, person, account, role, at):
        place = self.place_in(account, person, at)
        return place is not None and role in MAKES[place.role] and self.companies[account].open

    # ------------------------------------------------------------------ asking and answering

    def submit(self, account, place, by, *, rights, admin, delegate, window, case, at):
        company = place.company
        link = self.links.get((company, account))
        same = [one for one in self.asks if (one.account, one.person, one.case) == (account, place.person, case)]
        just_denied = any(one.answer == "denied" and one.decided > at - ASK_AGAIN and not one.waived for one in same)
        waiting = sum(one.asker == by and one.account == account and one.waits(at) for one in self.asks)
        today = sum(
            one.asker == by and one.asked > at - DAY and self.links.get((company, one.account)) != "linked"
            for one in self.asks
        )
        if (
            self.companies[company].kind != "partner"
            or not self.administers(by, company, at)
            or link is None
            or (account, by) in self.blocks
            or (account, place.person) in self.blocks
            or not self.holds(place, at)
            or (window[0] is not None and not at <= window[0] <= at + AHEAD)
            or just_denied
            or waiting >= (MANY_WAIT if link == "linked" else FEW_WAIT)
            or (link != "linked" and today >= ASKS_A_DAY)
            or any(one.waits(at) for one in same)
            or not self.deciders(account, at, {by, place.person})
        ):
            return None
        ask = Ask(account, place, by, rights, admin, admin and delegate, window, case, asked=at)
        ask.set_window(window)
        self.asks.append(ask)
        return ask

    def edit(self, ask, by, *, rights, admin, delegate, window, at):
        blocked = {(ask.account, ask.asker), (ask.account, ask.person)} & self.blocks.keys()
        if by != ask.asker or blocked or not ask.waits(at):
            return False
        ask.rights, ask.admin, ask.delegate = rights, admin, admin and delegate
        ask.set_window(window)
        return True

    def cancel(self, ask, by, at):
        if by != ask.asker or not ask.waits(at):
            return False
        ask.answer = "cancelled"
        return True

    def approve(self, ask, by, *, rights, admin, delegate, half, at):
        start, end = (at, at + ask.window[1]) if ask.window[0] is None else (max(ask.window[0], at), ask.window[1])
        lasts = at < (ask.respond_by if ask.window[0] is None else ask.window[1])
        possible = ask.waits(at) or (ask.answer == "denied" and lasts)
        linked = self.links.get((ask.place.company, ask.account))
        if by not in self.deciders(ask.account, at, {ask.asker, ask.person}) or not possible:
            return None
        if not self.holds(ask.place, at) or linked is None:
            return None
        everything = ask.admin and admin
        given = ask.wanted if rights is None or everything else rights
        ask.answer, ask.decided = "approved", at
        self.links[(ask.place.company, ask.account)] = "linked"
        ask.loan = self._lend(
            Loan(
                ask.account,
                ask.place,
                given,
                start,
                start + (end - start) / 2 if half else end,
                at,
                by,
                admin=everything,
                delegate=everything and ask.delegate and delegate and self.companies[ask.account].may_add,
                ask=ask,
                case=ask.case,
            )
        )
        return ask.loan

    def deny(self, ask, by, at):
        if by not in self.deciders(ask.account, at, {ask.asker, ask.person}):
            return False
        if not (ask.waits(at) or ask.answer == "approved"):
            return False
        if ask.answer == "approved" and ask.loan.unended(at):
            self._end(ask.loan, "denied", at)
        ask.answer, ask.decided = "denied", at
        return True

    def report(self, ask, by, at):
        if by not in self.deciders(ask.account, at, {ask.asker, ask.person}):
            return False
        if ask.answer != "denied" and not self.deny(ask, by, at):
            return False
        self.blocks.setdefault((ask.account, ask.asker), ask)
        return True

    def lift(self, block, by, at):
        account, person = block
        if by not in self.deciders(account, at, {person}):
            return False
        self.blocks.pop(block).waived = True
        return True

    # ------------------------------------------------------------------ giving, passing on, taking back

    def give(self, account, place, by, *, rights, admin, delegate, window, at):
        company = self.companies[place.company]
        inside = any(one.unended(at) for one in self._loans_of(account, place.person))
        waits = any(one.waits(at) for one in self.asks if (one.account, one.person) == (account, place.person))
        if (
            by not in self.deciders(account, at, {place.person})
            or company.kind != "partner"
            or not company.open
            or not self.holds(place, at)
            or inside
            or waits
        ):
            return None
        self.links[(place.company, account)] = "linked"
        start, end = (at, at + window[1]) if window[0] is None else window
        adds = admin and delegate and self.companies[account].may_add
        return self._lend(
            Loan(account, place, LENT if admin else rights, start, end, at, by, admin=admin, delegate=adds)
        )

    def add(self, account, place, by, *, rights, admin, at):
        """Add a colleague: what is lent hangs under the longest of the lender's own access."""
        own = [
            one
            for one in self._loans_of(account, by)
            if one.delegate and one.parent is None and one.place.company == place.company and self.opens(one, at)
        ]
        person = place.person
        blocked = {(account, by), (account, person)} & self.blocks.keys()
        company = self.companies[account]
        if not own or not (company.may_add and company.open) or person == by or blocked:
            return None
        if not self.holds(place, at):
            return None
        lender = max(own, key=lambda one: (one.ends, -self.loans.index(one)))
        given = lender.rights if admin else rights
        if any(one.unended(at) for one in self._loans_of(account, person)) or self._turned_away(account, person):
            return None
        if not given <= lender.rights:
            return None
        for ask in self.asks:
            if (ask.account, ask.person) == (account, person) and ask.waits(at):
                ask.answer = "cancelled"
        start = max(at, lender.starts)
        return self._lend(Loan(account, place, given, start, lender.ends, at, by, parent=lender, case=lender.case))

    def may_end(self, loan, by, at):
        if self._own_side(loan, by, at) or "end_access" in self.held(by, loan.account, at):
            return True
        place = self.place_in(loan.account, by, at)
        return loan.by == by and place is not None and place.contact

    def end(self, loan, by, at, heir=None):
        """End access; with an heir what hung under it goes on there. Answers what was opened anew, or ``None``."""
        if not self.may_end(loan, by, at) or not loan.unended(at):
            return None
        if heir is not None and not self._may_inherit(loan, heir, by, at):
            return None
        hanging = [one for one in self.loans if one.parent is loan and one.unended(at)]
        self._end(loan, "handed_back" if self._own_side(loan, by, at) else "ended", at)
        new = []
        for one in hanging if heir else ():
            rights = one.rights & heir.rights
            start, end = max(at, heir.starts, one.starts), min(one.ends, heir.ends)
            barred = one.person in (heir.person, by) or (one.account, one.person) in self.blocks
            if rights and start < end and not barred:
                new.append(Loan(one.account, one.place, rights, start, end, at, by, parent=heir, case=one.case))
        return [self._lend(one) for one in new]

    def shrink(self, loan, by, *, rights, ends, delegate, at):
        if not self.may_end(loan, by, at) or not loan.unended(at):
            return False
        same = (rights, ends, delegate) == (loan.rights, loan.ends, loan.delegate)
        more = not rights or not rights <= loan.rights or ends > loan.ends or (delegate and not loan.delegate)
        if same or more or ends <= max(at, loan.starts):
            return False
        loan.admin = loan.admin and rights == loan.rights
        loan.rights, loan.ends, loan.delegate = rights, ends, delegate
        if not self._own_side(loan, by, at):
            loan.made_less = at
        for one in [one for one in self.loans if one.parent is loan and one.unended(at)]:
            if not one.rights & rights or one.starts >= ends or not delegate:
                self._end(one, "lender", at)
            else:
                one.rights, one.ends = one.rights & rights, min(one.ends, ends)
        return True

    def restore(self, loan, by, at):
        apart = {loan.person} | ({loan.parent.person} if loan.parent else set())
        lately = loan.why == "lender" and loan.over > at - RESTORABLE and at < loan.ends
        inside = any(one.unended(at) for one in self._loans_of(loan.account, loan.person))
        linked = (loan.place.company, loan.account) in self.links
        if by not in self.deciders(loan.account, at, apart) or not linked:
            return None
        if not lately or inside or not self.holds(loan.place, at):
            return None
        start = max(at, loan.starts)
        return self._lend(Loan(loan.account, loan.place, loan.rights, start, loan.ends, at, by, case=loan.case))

    def renew(self, loan, by, length, at):
        if not loan.unended(at) or loan.parent is not None:
            return None
        window = (loan.ends, loan.ends + length)
        asked = {"rights": loan.rights, "admin": loan.admin, "delegate": loan.delegate, "case": loan.case}
        return self.submit(loan.account, loan.place, by, window=window, at=at, **asked)

    # ------------------------------------------------------------------ companies and people

    def unlink(self, partner, customer, by, at):
        runs = self.administers(by, partner, at) and self.companies[partner].open
        if (partner, customer) not in self.links or not (by in self.deciders(customer, at) or runs):
            return False
        del self.links[(partner, customer)]
        self._clear(lambda one: one.account == customer and one.place.company == partner, "link", at)
        return True

    def link_again(self, partner, customer):
        if (partner, customer) in self.links:
            return False
        self.links[(partner, customer)] = "available"
        return True

    def lock_out(self, person, at):
        if person in self.locked_out:
            return False
        self.locked_out.add(person)
        self._clear(lambda one: one.person == person, "locked_out", at, asked=lambda ask: ask.asker == person)
        return True

    def leave(self, place, by, at):
        stays = place.contact or (place.stands is not None and place.stands[1] > at)
        may = self.appoints(by, place.company, place.role, at) and (not stays or self.primary(by, place.company, at))
        if place.role == "primary" or place.over or not (by == place.person or may):
            return False
        place.over = True
        theirs = lambda ask: ask.asker == place.person and ask.place.company == place.company  # noqa: E731
        self._clear(lambda one: one.place is place, "person", at, asked=theirs)
        return True

    def join(self, company, person, role, at):
        vendors = {name for name, one in self.companies.items() if one.kind == "vendor"}
        works = self.companies[company].kind == "customer" and self.outside_of(person, at) & vendors
        inside = any((one.company, one.person, one.over) == (company, person, False) for one in self.places)
        if works or inside:
            return None
        self.places.append(Place(person, company, role))
        return self.places[-1]

    def change_role(self, place, role, by, at):
        may = all(self.appoints(by, place.company, one, at) for one in (place.role, role))
        if not may or place.role == role or place.over:
            return False
        place.role, place.switches = role, frozenset()
        return True

    def set_switches(self, place, switches, by, at):
        may = self.appoints(by, place.company, "member", at) and place.role == "member" and not place.over
        if not may or switches == place.switches:
            return False
        place.switches = switches
        return True

    def succeed(self, place, by, at):
        if not self.primary(by, place.company, at) or not self.holds(place, at) or place.person == by:
            return False
        self.place_in(place.company, by, at).role = "administrator"
        place.role, place.stands, place.switches = "primary", None, frozenset()
        return True

    def stand_in(self, place, begins, ends, by, at):
        others = [one for one in self.places if one.company == place.company and one is not place and not one.over]
        taken = any(one.stands and one.stands[0] < ends and one.stands[1] > begins for one in others)
        if not self.primary(by, place.company, at) or not self.holds(place, at) or place.person == by or taken:
            return False
        place.stands = (begins, ends)
        return True

    def end_stand_in(self, place, by, at):
        may = by == place.person or self.primary(by, place.company, at)
        if not may or place.over or place.stands is None or place.stands[1] <= at:
            return False
        place.stands = (place.stands[0], at) if place.stands[0] < at else None
        return True

    def set_up(self, account, by, at, **values):
        company = self.companies[account]
        changes = {name: value for name, value in values.items() if getattr(company, name) != value}
        deciding = "deciders" in changes and not self.primary(by, account, at)
        if "change_settings" not in self.held(by, account, at) or deciding or not changes:
            return False
        for name, value in changes.items():
            setattr(company, name, value)
        return True

    # ------------------------------------------------------------------ what steps share

    def _lend(self, loan):
        self.loans.append(loan)
        return loan

    def _loans_of(self, account, person):
        return [one for one in self.loans if (one.account, one.person) == (account, person)]

    def _end(self, loan, why, at):
        loan.over, loan.why = at, why
        for one in self.loans:
            if one.parent is loan and one.unended(at):
                self._end(one, "lender", at)

    def _clear(self, concerned, why, at, asked=lambda _ask: False):
        for ask in self.asks:
            if ask.waits(at) and (concerned(ask) or asked(ask)):
                ask.answer = "cancelled"
        gone = [one for one in self.loans if one.unended(at) and concerned(one)]
        for loan in gone:
            loan.over, loan.why = at, why
        for loan in gone:
            self._end(loan, why, at)

    def _own_side(self, loan, by, at):
        lender = loan.parent.person if loan.parent else None
        return by in (loan.person, lender) or self.administers(by, loan.place.company, at)

    def _may_inherit(self, loan, heir, by, at):
        company = self.companies[loan.account]
        says = "end_access" in self.held(by, loan.account, at) or heir.person == by
        fits = heir.account == loan.account and heir.place.company == loan.place.company and heir.delegate
        return (
            heir is not loan
            and heir.person != loan.person
            and fits
            and heir.parent is None
            and self.opens(heir, at)
            and company.may_add
            and says
        )

    def _turned_away(self, account, person):
        """Whether the customer's last word about a person was no, or less."""
        nos = [one.decided for one in self.asks if (one.account, one.person, one.answer) == (account, person, "denied")]
        theirs = self._loans_of(account, person)
        nos += [one.over for one in theirs if one.why in ("ended", "denied")]
        nos += [one.made_less for one in theirs if one.made_less]
        yes = [one.opened for one in theirs if one.parent is None]
        return bool(nos) and (not yes or max(nos) >= max(yes))
