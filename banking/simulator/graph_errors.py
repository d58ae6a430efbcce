"""Errors of the Graph API, in Meta's shape."""

from typing import Any

INVALID_PARAMETER = 100
INVALID_TOKEN = 190

TITLES = {
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    2500: "Unknown path components",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131062: "Business-scoped User ID (BSUID) recipients are not supported",
}


class GraphError(Exception):
    """One refusal of the Graph API: HTTP status, code and details."""

    def __init__(
        self,
        code: int,
        details: str,
        *,
        status: int = 400,
        subcode: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details
        self.status = status
        self.subcode = subcode
        self.retry_after = retry_after

    def body(self, trace_id: str) -> dict[str, Any]:
        title = TITLES[self.code]
        if self.code == INVALID_TOKEN:
            message = title
        elif self.code == INVALID_PARAMETER:
            # For this code Meta puts the reason itself into the message.
            message = f"(#100) {self.details}"
        else:
            message = f"(#{self.code}) {title}"
        error: dict[str, Any] = {
            "message": message,
            "type": "OAuthException",
            "code": self.code,
        }
        if self.code != INVALID_TOKEN:
            error["error_data"] = {
                "messaging_product": "whatsapp",
                "details": self.details,
            }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = trace_id
        return {"error": error}


def missing(name: str) -> GraphError:
    return GraphError(131008, f"Parameter '{name}' is mandatory")


def invalid(details: str) -> GraphError:
    return GraphError(131009, details)


class GraphDown(Exception):
    """The whole API is out of order."""
