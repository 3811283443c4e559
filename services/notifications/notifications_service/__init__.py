"""Notifications: every person who must be told is told, once.

Reading order: `consumers/` (what it hears) → `usecases/` → `store/` and `channels/` → `domain/`; `http/endpoints.py` shows a
member what was sent.
"""
