"""What the print provider of tests insists on, and how it refuses: error codes of Maileva's API, words that quote an address."""

from typing import Any

from aiohttp import web

QUOTED = "81 chemin de la Kanarie"  # an error's own words may quote what was sent: they must not be kept or logged
REQUIRED_OF_SENDING = {"name", "custom_id", "postage_type", "color_printing", "duplex_printing"}
KNOWN_OF_SENDING = REQUIRED_OF_SENDING | {
    "custom_data",
    "optional_address_sheet",
    "print_sender_address",
    "sender_country_code",
    *(f"sender_address_line_{number}" for number in range(1, 7)),
    "archiving_duration",
    "envelope_windows_type",
    "treat_undelivered_mail",
    "with_health_data",
}


def wrong_address(recipient: dict[str, Any]) -> str | None:
    """Return the code of what is wrong with a recipient's address."""
    lines = {number: recipient.get(f"address_line_{number}", "") for number in range(1, 7)}
    if too_long := [number for number, line in lines.items() if len(line) > 38]:
        return f"ADDRESS_LINE_{too_long[0]}_TOO_LONG"
    if not (lines[1] or lines[2]):
        return "EMPTY_ADDRESS_LINE_1_OR_ADDRESS_LINE_2"
    code, _, town = lines[6].partition(" ")
    if recipient.get("country_code") == "FR" and not (code.isdigit() and len(code) == 5 and town):
        return "ADDRESS_LINE_6_WRONG_FORMAT"
    return None if len(recipient.get("country_code", "")) == 2 else "INVALID_COUNTRY_CODE"


async def json_of(request: web.Request) -> dict[str, Any] | None:
    """Return the object in a JSON body; None for anything else."""
    if request.content_type != "application/json":
        return None
    content = await request.json()
    return content if isinstance(content, dict) else None


def error(status: int, code: str) -> web.Response:
    """Answer one error."""
    return web.json_response({"code": code, "message": QUOTED}, status=status)


def errors(status: int, code: str) -> web.Response:
    """Answer a list of errors."""
    return web.json_response({"errors": [{"code": code, "message": QUOTED}]}, status=status)
