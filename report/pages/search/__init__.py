"""The search index: what it contains of each page, and the words by which it is found."""
