"""`python -m banking.web`: open the door."""

import uvicorn

from banking import bootstrap
from banking.adapters import logs
from banking.settings import Settings
from banking.web.app import create_app


def main() -> None:
    """Serve until told to stop; requests under way are finished first."""
    logs.configure("web")
    settings = Settings()
    uvicorn.run(
        create_app(bootstrap.open_bank(settings)),
        host=settings.web_host,
        port=settings.web_port,
        # Paths under /s/ are secrets: no access log at all, metrics instead.
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        # Only a proxy on this machine may say whom it speaks for.
        proxy_headers=settings.is_production,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=8,
        h11_max_incomplete_event_size=32_768,
    )


if __name__ == "__main__":
    main()
