"""The chapters: a package each, with its text and a module per section."""
