"""What happened here that a floor above may have to act on, in the same transaction."""

from django.dispatch import Signal

membership_ended = Signal()  # membership, by, at
deciders_changed = Signal()  # account, by, at
