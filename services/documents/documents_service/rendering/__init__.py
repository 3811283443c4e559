"""Documents as bytes: what a member downloads, drawn once from facts that are already decided."""
