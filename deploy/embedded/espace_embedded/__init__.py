"""The embedded default: the whole product in one process, for a newcomer, a demonstration or a small test bed.

Reading order: `command_line` → `up` → `state` (folders and keys), `databases`, `product` (the four services behind one
port), `desk` (mails and letters to read), `demonstration` (members to play with).
"""
