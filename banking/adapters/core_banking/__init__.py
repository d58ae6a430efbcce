"""Connectors to core banking systems; the default is a ledger in PostgreSQL."""
