"""What Teller adds to Rasa Open Source: one channel, one encoder, one classifier.

Runs in Rasa's own environment (Python 3.10) and imports nothing of the bank.
"""
