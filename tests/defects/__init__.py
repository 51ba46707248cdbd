"""Defects planted on purpose, each of which a test must notice: `make defects`."""
