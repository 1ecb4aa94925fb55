"""Counts that survive the cases they counted. One-way tables only: no two facts of a case are kept together."""
