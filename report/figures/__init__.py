"""How figures look: themes, charts, diagrams, and the files that a figure is saved as."""
