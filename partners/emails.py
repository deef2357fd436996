"""Every mail of who serves whom. Reading this file is reading all of them."""

from urllib.parse import urlencode

from django.urls import reverse

from accounts.selectors import answers_for_account, language_for
from notifications import outbox
from notifications.outbox import Letter

FOLDER = "partners/email"


def new_customers(*, partnerships, at):
    """Tell the primary user of each partner that customers have become available, and how to ask for access.

    One mail for each partnership; the people of a partner are looked up once, whatever the number.
    """
    told: dict = {}
    letters = []
    for partnership in partnerships:
        partner, customer = partnership.partner, partnership.customer
        if partner.pk not in told:
            told[partner.pk] = list(answers_for_account(partner, at=at))
        letters += [
            Letter(
                template=f"{FOLDER}/new_customer",
                to=person,
                about=f"partnership.{partnership.pk}",
                context={"account": partner, "customer": customer, "linked": partnership.linked_at is not None},
                language=language_for(person, partner),
                zone=partner.time_zone,
                path=f"{reverse('contacts')}?{urlencode({'company': partner.number, 'customer': customer.number})}",
                account=partner.number,
            )
            for person in told[partner.pk]
        ]
    outbox.post(letters, at=at)
