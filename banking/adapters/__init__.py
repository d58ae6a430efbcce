"""The outside, spoken to in its own language: one file per other party."""
