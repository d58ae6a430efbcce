"""The outside world in one program: a phone, Meta's Graph API, SMS and SIM signal.

It stands in front of the real product and talks to it over HTTP only, with real
signatures, so that what runs behind it is the product's own code. It imports
nothing of the rest of the bank and refuses to start in production.
"""
