"""Counts for the public, with small cells suppressed. Empty so far: what is published must first be a table of its own,
because the public role may read no case.
"""
