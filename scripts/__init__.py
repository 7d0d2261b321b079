"""Programs that keep the checkout in order."""
