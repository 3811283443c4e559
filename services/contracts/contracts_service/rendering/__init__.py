"""What contracts writes for people to keep."""
