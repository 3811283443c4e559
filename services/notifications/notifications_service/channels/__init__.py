"""Ways to reach a person: what leaves the house, in the form in which it leaves."""
