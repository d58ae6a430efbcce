"""What the bank shows the web: webhooks, secure pages, an API for its own clients."""
