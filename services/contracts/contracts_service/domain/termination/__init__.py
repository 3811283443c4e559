"""The law of ending a membership (code de la mutualité, L221-10 to L221-10-3, L221-17, L221-18, R221-5, R221-6, D221-1).

Begin at `decision.decide`. Every day here is a civil day in Paris, and an effect is a **last day of cover**, until its midnight
(docs/decisions/0023-the-last-day-of-cover.md).
"""
