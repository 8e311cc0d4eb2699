"""Rendering of chapters and their texts to HTML pages and all other files of the site."""
