"""What a device is called, so that its owner knows it again: "Firefox, Windows", and nothing that tells two of a kind apart.

The words are ours: whatever a client sends in User-Agent, only these come out.
"""

MISSING = "appareil inconnu"
LONGEST = 1000  # characters that are looked at: whoever sends more hides nothing behind them

# The first that is found counts: most browsers also claim to be Chrome and Safari, and Android to be Linux.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chromium/": "Chromium",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def device_label(user_agent: str) -> str:
    """Return browser and system of a User-Agent header, or MISSING when neither is one that we know."""
    looked_at = user_agent[:LONGEST]
    found = [_first(BROWSERS, looked_at), _first(SYSTEMS, looked_at)]
    return ", ".join(name for name in found if name) or MISSING


def _first(names: dict[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text), "")
