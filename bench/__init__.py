"""How fast the bank answers, measured from outside (``make bench``)."""
