"""Backups that end: each sealed under a key of its own, which needs two halves. One half lies offline, the other dies after 35 days."""
