"""Mails about the terms of remote access."""
