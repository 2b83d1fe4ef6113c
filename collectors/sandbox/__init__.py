"""A stand-in for The Odds API v4: the same protocol over real HTTP, with a league whose truth is known."""
