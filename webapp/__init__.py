"""Safehouse: a private messenger served to the user's own browser."""
