"""Receipts and statements as encrypted PDF files."""
