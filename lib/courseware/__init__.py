"""What teaching needs around the reference library. docs/architecture.md shows its rooms."""
