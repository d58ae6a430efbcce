"""What the bank needs from the outside, each promise in its own docstring."""
