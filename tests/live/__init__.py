"""The whole bank, running: real Rasa, real actions, a real ledger."""
