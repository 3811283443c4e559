"""Rules about who is told what, how and where. No input or output."""
