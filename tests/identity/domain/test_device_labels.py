"""A device is called by browser and system, in words of our own."""

import pytest
from identity_service.domain.device_labels import BROWSERS, SYSTEMS, device_label

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-S911B) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36",
            "Samsung Internet, Android",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 OPR/120.0", "Opera, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Safari/604.1", "Chrome, iPad"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.6 Safari/605.1",
            "Safari, Mac",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome, ChromeOS"),
        ("Firefox/1", "Firefox"),
        ("Windows", "Windows"),
        ("curl/8.5.0", "appareil inconnu"),
        ("", "appareil inconnu"),
        ("<script>alert(1)</script>\u202e 1850578006084", "appareil inconnu"),
        ("x" * 1000 + "Firefox/140.0", "appareil inconnu"),
    ],
)
def test_a_device_is_called_by_browser_and_system(user_agent: str, label: str):
    assert device_label(user_agent) == label


def test_nothing_of_what_a_client_sends_comes_out():
    words = {*BROWSERS.values(), *SYSTEMS.values()}
    label = device_label("Marie Dupont 1850578006084 Firefox/<b>140 Windows\r\nSet-Cookie: a=b " * 50)

    assert set(label.split(", ")) <= words
