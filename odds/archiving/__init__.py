"""Old odds in files instead of the database, and back again. See docs/exports.md."""
