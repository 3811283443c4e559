"""Where the bytes of issued documents are: a small port, a folder behind it, and encryption in front of it."""
