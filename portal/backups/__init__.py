"""Backups that end: each has a key of its own in two halves. One lies offline, the other dies after 35 days."""
