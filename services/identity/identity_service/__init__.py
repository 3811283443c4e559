"""Identity: who may sign in, and how to get back in.

Reading order: `http/endpoints.py` → `usecases/` → `domain/` and `store/` → `events.py`; what it hears is in `consumers/`.
"""
