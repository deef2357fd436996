"""What happened here that a floor above may have to act on, in the same transaction."""

from django.dispatch import Signal

# case, by, at, event, grants: nobody works on it any more, solved or closed. The line that says so with this event
# comes after what follows; grants is the access it was said with
case_solved = Signal()
# approvals, reason, by, at: support may not enter any more on these; reason is an ApprovalEnd
case_approval_withdrawn = Signal()
