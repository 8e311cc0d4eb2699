"""The commands of `python -m sumint`."""
