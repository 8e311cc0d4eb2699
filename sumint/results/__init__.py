"""What the results of analyses have in common: named axes, a short form in print, a data frame, figures."""
