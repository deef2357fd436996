"""What happened here that a floor above may have to act on, in the same transaction."""

from django.dispatch import Signal

case_solved = Signal()  # case, by, at: nobody works on it any more, solved or closed
# approvals, reason, by, at: support may not enter any more on these; reason is an ApprovalEnd
case_approval_withdrawn = Signal()
