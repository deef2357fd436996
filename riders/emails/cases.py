"""Mails about cases and what is said on them."""
