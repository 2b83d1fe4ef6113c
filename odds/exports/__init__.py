"""Stored odds as files for other programs: Parquet, CSV and Excel. See docs/exports.md."""
