"""The measurements: a module each, grouped by what they measure."""
