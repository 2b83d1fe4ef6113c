"""The API as a whole: its addresses, its settings and its description. See docs/api.md."""
