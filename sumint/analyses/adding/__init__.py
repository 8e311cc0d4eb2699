"""How digits are added, and which circuit is enough."""
