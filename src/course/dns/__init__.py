"""DNS as a Pod meets it: the questions its resolver puts, the answers, and what they mean."""
