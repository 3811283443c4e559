"""The print provider that speaks HTTP, in the shape of Maileva's REST API for ordinary letters (`mail/v2`).

What follows was read in the OpenAPI documents that Maileva publishes (mail 2.6, authentication 2.0, notification_center 2.6) and
in clients that others generated of them:

- A bearer token (`grant_type` password or client_credentials, the application's id and secret as Basic) → `POST /sendings` (a
  draft) → `POST …/documents` (multipart: `document` and a JSON part `metadata`) → `POST …/recipients` → `POST …/submit`.
- A sending is DRAFT, PENDING, ACCEPTED or REJECTED, PROCESSED or PROCESSED_WITH_ERRORS. Drafts alone can be changed or deleted; a
  second submission is refused with a code that ends with `STATUS_IS_NOT_DRAFT` (`STATUS_NOT_DRAFT` in a sister API).
- `custom_id` (38 characters) is ours, and nothing says that it is unique. Sendings are listed by `start_index` and `count` only.
- Address lines have 38 characters, the sixth is postcode and town; the country is a code.
- A letter that came back (PND) is told of by a recipient's `undelivered_mail_date`, or by its delivery status `N10`.
- Notifications are not signed, want 201, and come up to ten times.

What they do not say is a setting (`settings.py`), or is taken either way:

- whether the provider prints the address on our page, in a window that must be blank (`maileva_address`): it must, since one
  document has many recipients, but nothing says so;
- what `metadata.shrink` does, which newer clients send: asked to be off, so that our page keeps its geometry (`maileva_shrink`);
- how the list of sendings is ordered, hence how far one must look for ours (`maileva_look_up`, `maileva_look_up_pages`);
- limits of calls (`maileva_requests_per_minute`): 429 with or without Retry-After is obeyed;
- the answer to a submission is 200 in one document, 202 in another: any success is one.
"""
