"""The claims of the report, checked on other checkpoints."""
