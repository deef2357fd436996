"""Every mail of who serves whom. Reading this file is reading all of them."""

from django.urls import reverse

from accounts.selectors import answers_for_account, language_for
from notifications import outbox
from notifications.outbox import Letter

FOLDER = "partners/email"


def new_customer(*, partnership, at):
    """Tell a partner's primary user that a customer has become available, and how to ask for access."""
    partner, customer = partnership.partner, partnership.customer
    letters = [
        Letter(
            template=f"{FOLDER}/new_customer",
            to=person,
            about=f"partnership.{partnership.pk}",
            context={"account": partner, "customer": customer, "linked": partnership.linked_at is not None},
            language=language_for(person, partner),
            zone=partner.time_zone,
            path=f"{reverse('contacts')}?customer={customer.number}",
            account=partner.number,
        )
        for person in answers_for_account(partner, at=at)
    ]
    outbox.post(letters, at=at)
