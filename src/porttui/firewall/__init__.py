"""Which rule decides: rulesets as values, and what they would do with a packet. Pure; observe/ reads them."""
