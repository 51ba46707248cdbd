"""Long measurements behind lectures, recorded with seeds, versions and devices."""
