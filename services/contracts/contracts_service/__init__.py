"""Contracts: members, what they are covered for, and the people whom they cover.

Reading order: `http/endpoints.py` → `usecases/` → `domain/` and `store/` → `events.py`. It hears nobody yet.
"""
