"""Puts the bank together: the one package that knows everybody.

Nothing happens on import. ``open_bank`` builds a bank from settings; ``bank`` and
``teller`` are the ones of this process, built when first asked for.
"""

from banking.bootstrap.opening import Bank, bank, open_bank, teller
from banking.bootstrap.outside import Outside, reach_outside

__all__ = ["Bank", "Outside", "bank", "open_bank", "reach_outside", "teller"]
