"""Stand-ins that keep everything in memory and the same promises, for tests."""
