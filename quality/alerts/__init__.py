"""Telling people: what is to be told is written into an outbox, and a thread of its own brings it to the channels.

`messages` says what is told, `manager` writes it, `channels` knows how it gets to people, `sender` sends, `entries`
tells of the quality log, and `unwritten` is for the time without a database.
"""
