"""How digits are added, and which circuit suffices."""
