"""The account's own pages."""

from .configuring import configuration, configuration_change, settings
from .records import invoices, orders, overview, switch, usage

__all__ = ["configuration", "configuration_change", "invoices", "orders", "overview", "settings", "switch", "usage"]
