"""From chapters and their texts to HTML pages, and every other file of the site."""
