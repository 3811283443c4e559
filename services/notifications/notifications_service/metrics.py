"""Figures of notifications (Prometheus). Labels are purposes, channels and outcomes: never a person."""

from prometheus_client import Counter, Gauge, Histogram

ATTEMPTS = Counter(
    "delivery_attempts_total", "Attempts to reach a person, by what became of them", ["purpose", "channel", "outcome"]
)
FAILURES = Counter("deliveries_failed_total", "Deliveries given up for good", ["purpose", "channel", "failure"])
SECONDS_TO_RELAY = Histogram(
    "delivery_seconds",
    "From planning to the hand-over to the mail relay or the print provider",
    ["purpose", "channel"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200, 3600, 86_400),
)
OLDEST_DUE_SECONDS = Gauge(
    "deliveries_oldest_due_seconds", "Age of the delivery that has been due for longest", ["channel", "lane"]
)
STRANDED = Gauge(
    "deliveries_stranded",
    "Deliveries that are not over and that nothing will ever touch again: there should be none",
    ["channel"],
)
WITHOUT_RECIPIENT = Gauge(
    "letters_without_recipient", "Letters that have waited for over ten minutes to learn whom they are for"
)
RELAY_OPEN = Gauge("mail_relay_answers", "0 while a mail relay is down or refuses our credentials", ["relay"])
RELAY_ALARMS = Counter(
    "mail_relay_alarms_total", "Answers of a relay that an operator should look at", ["relay", "reason"]
)
RELAY_ATTEMPTS = Counter(
    "mail_relay_attempts_total", "Mails tried by a relay, by what became of them", ["relay", "outcome"]
)
PUT_OFF = Counter(
    "mails_put_off_total",
    "Mails that came too early for their domain, by the limit (* for others, hangs: the relay says nothing)",
    ["domain"],
)
BOUNCES = Counter(
    "mail_bounces_total", "Mails to return paths, by what they said: failed, delayed, forged, no-report …", ["outcome"]
)
POSTED = Counter("letters_posted_total", "Letters that the print provider has told to have posted", ["purpose"])
PROVIDER_OPEN = Gauge("print_provider_answers", "0 while the print provider is down or refuses our credentials")
PROVIDER_OPEN.set(1)  # until it has been seen otherwise
PROVIDER_ALARMS = Counter(
    "print_provider_alarms_total", "Answers of the print provider that an operator should look at", ["reason"]
)
RETURNED = Counter("letters_returned_total", "Letters that came back, by why", ["purpose", "reason"])
LETTER_WORKING_HOURS = Histogram(
    "letter_working_hours",
    "Working hours from a letter's planning to its hand-over to the print provider",
    ["brand"],
    buckets=(0.1, 1, 2, 4, 8, 12, 16, 20, 24, 30, 36, 42, 48, 60, 72, 96),
)
LETTER_PROMISES = Counter(
    "letter_promises_total", "Letters handed over, inside their promise or late", ["brand", "kept"]
)
PROMISE_KEPT = Gauge("letter_promise_kept_share", "Share of the letters of 30 days that kept their promise", ["brand"])
LETTERS_WAITING = Gauge("letters_waiting", "Letters that are not handed over yet", ["brand"])
LETTERS_IN_ALARM = Gauge(
    "letters_in_alarm",
    "Letters that wait: for 24 working hours, for the last cut-off within their promise, with a broken promise",
    ["brand", "alarm"],
)
