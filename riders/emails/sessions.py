"""Mails about remote sessions."""
