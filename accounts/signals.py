"""What happened here that a floor above may have to act on, in the same transaction."""

from django.dispatch import Signal

membership_ended = Signal()  # membership, by, at
membership_changed = Signal()  # membership, by, at: the role, the switches, the contact flag or the time as a stand-in
person_deactivated = Signal()  # user, by, at
deciders_changed = Signal()  # account, by, at

# A question upward: every receiver answers what would go with the membership, as a list of ``(words, address)``
what_goes_with = Signal()  # membership, at
