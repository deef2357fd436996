"""What every page shares, and no table."""
