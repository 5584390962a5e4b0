"""The log of facts: each company's events, numbered, hash-chained and never altered."""
