"""Messengers: each reads what it delivers and writes what we say in its own form."""
