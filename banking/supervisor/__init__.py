"""Keeps the processes of one bank running: starts, watches, restarts, stops them."""
