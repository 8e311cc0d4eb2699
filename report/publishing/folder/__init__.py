"""The folder of a site: what lies in it, how it can be replaced, and by whom."""
