"""What every address of the API has in common, and those of events. See docs/api.md."""
