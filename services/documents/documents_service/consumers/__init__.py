"""What documents hears: one module for each thing that news are about."""
