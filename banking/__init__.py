"""Teller: secured banking behind a chat."""
