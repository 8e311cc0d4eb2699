"""The presentation of figures: themes, charts, the picture of the mechanism, and the files of a figure."""
