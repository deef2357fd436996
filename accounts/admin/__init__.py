"""Staff's windows on people and accounts, and what little they begin there."""

from . import recovering, setting_up, windows

__all__ = ["recovering", "setting_up", "windows"]
