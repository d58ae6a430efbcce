"""What the assistant can do, as the dialogue engine sees it.

Actions translate and never decide: they read what the customer said, hand it to the
teller with the signed envelope it came in, and speak the outcome. Slots are drafts;
the words are in `domain.yml`.
"""
