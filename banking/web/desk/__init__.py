"""The trainers' desk: what was not understood, teaching it, and which model serves."""
