"""Staff's windows on people, companies, what companies hold, and access, and what little they begin there."""

from . import access, companies, people, records, recovering, setting_up

__all__ = ["access", "companies", "people", "records", "recovering", "setting_up"]
