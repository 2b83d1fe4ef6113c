"""Paper trading: strategies that decide on odds as they arrive, with money that is not there."""
