"""Crawls question-and-answer sites into JSON Lines: every record exactly once, every field right."""

__version__ = "0.1.0"
