"""Pages that show two models side by side: a chapter of a report, and the page of `report diff`."""
