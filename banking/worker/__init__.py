"""The process that does what was queued: turns, sends, transfers, expiries."""
