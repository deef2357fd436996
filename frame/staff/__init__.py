"""What staff see of the tables on the admin site: windows, not workbenches."""

from .keeping import Kept, id_in_path, kept, kept_from_staff
from .panels import Panel, list_of, page_of_row, panel, panels_of, staff_panels, staff_tools
from .windows import Window

__all__ = [
    "Kept",
    "Panel",
    "Window",
    "id_in_path",
    "kept",
    "kept_from_staff",
    "list_of",
    "page_of_row",
    "panel",
    "panels_of",
    "staff_panels",
    "staff_tools",
]
