"""The bank's rules: standard library only; no clock, file, socket or setting."""
