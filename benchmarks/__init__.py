"""Measurements of everything that has a budget (design.md §10)."""
