"""Rules of the contracts service: pure functions and values, no input or output."""
