"""A report of one's own: its folder, what its `report.toml` sets, and chapters from outside the package."""
