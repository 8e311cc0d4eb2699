"""The columns of the CSV files: their names, and the dictionary that defines them."""
