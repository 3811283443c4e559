"""A contracts database of any size: who is in it (`people`), their money (`money`), and how it gets there (`fill`)."""
