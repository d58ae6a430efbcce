"""Lots that are drawn from the texts themselves.

Where a number generator draws places in a list, one more example draws another lot for
every other. So two trainings that differ by five lessons would differ by half a percent
of all sentences, which nobody had taught them.
"""

from __future__ import annotations

import hashlib


def lot_of(text: str, of: int, purpose: str) -> int:
    """One of ``of`` lots, from 0; always the same for a text and a purpose."""
    digest = hashlib.sha256(f"{purpose}:{text}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") % of
