"""The languages that the platform speaks."""

LANGUAGES = ("ar", "fr", "en")
"""Every sentence of a service is written in each of them; a fund chooses among them."""
