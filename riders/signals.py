"""What happened here that a floor above may have to act on, in the same transaction."""

from django.dispatch import Signal

case_solved = Signal()  # case, by, at
