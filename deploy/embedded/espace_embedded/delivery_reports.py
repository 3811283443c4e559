"""Delivery reports such as a mail server far away sends: multipart/report with message/delivery-status (RFC 3464)."""

from datetime import datetime
from email import message_from_string
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

REPORTER = "mail.bouncing.example"


def undeliverable(original: EmailMessage, *, return_path: str, recipient: str, now: datetime) -> Message:
    """Return the report that nobody has the mailbox of `recipient`, addressed to the mail's return path."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <mailer-daemon@{REPORTER}>"
    report["To"] = return_path
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(now)
    report["Auto-Submitted"] = "auto-replied"
    report.attach(_words(recipient))
    report.attach(_status(recipient, now))
    report.attach(_headers(original))
    return report


def _words(recipient: str) -> Message:
    return MIMEText(f"Your message to <{recipient}> could not be delivered: no such user.\n")


def _status(recipient: str, now: datetime) -> Message:
    part = Message()
    part["Content-Type"] = "message/delivery-status"
    about_all, about_one = Message(), Message()
    about_all["Reporting-MTA"] = f"dns; {REPORTER}"
    about_all["Arrival-Date"] = format_datetime(now)
    about_one["Final-Recipient"] = f"rfc822; {recipient}"
    about_one["Action"] = "failed"
    about_one["Status"] = "5.1.1"
    about_one["Diagnostic-Code"] = "smtp; 550 5.1.1 no such user"
    part.set_payload([about_all, about_one])
    return part


def _headers(original: EmailMessage) -> Message:
    head = "".join(f"{name}: {value}\n" for name, value in original.items())
    part = Message()
    part["Content-Type"] = "text/rfc822-headers"
    part.set_payload(message_from_string(head).as_string())
    return part
