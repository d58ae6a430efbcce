"""The browser that tests drive: the system's, else the one Playwright fetched."""

import shutil

from playwright.sync_api import Browser, Playwright, expect

# Long enough for a busy machine; what is right is there at once anyway.
expect.set_options(timeout=30_000)
NAMES = ("chromium", "chromium-browser", "google-chrome")
# A browser in a test talks to the test only; as root it cannot sandbox itself.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium(playwright: Playwright) -> Browser:
    """Launch it, headless."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)
