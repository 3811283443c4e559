"""What every service is built from. It knows no business noun.

Reading order: `http.endpoints` (a request comes in) → `database` (one transaction) → `outbox` (an event is written beside
the decision) → `relay` (it leaves) → `broker` → `consumer` (it arrives, once) → `loops` (slow work is rows).
"""
