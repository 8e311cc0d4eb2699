"""The presentation of figures: themes, charts, diagrams, and the files in which a figure is published."""
