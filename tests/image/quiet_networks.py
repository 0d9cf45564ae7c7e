"""A Mastodon instance and a Bluesky PDS on which nobody says anything: enough for the bot to sign in and to poll.

Standard library only, so that it runs inside the image and beside it: quiet_networks.py HOST MASTODON_PORT PDS_PORT.
"""

import base64
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DID = "did:plc:cestmoiouquietnetwork234"
ACCOUNT: dict[str, object] = {
    "id": "1",
    "username": "cestmoiou",
    "acct": "cestmoiou",
    "display_name": "cestmoiou",
    "url": "http://localhost/@cestmoiou",
    "bot": True,
    "note": "",
    "locked": False,
    "created_at": "2026-01-01T00:00:00.000Z",
    "source": {"privacy": "public", "note": "", "fields": []},
}
INSTANCE: dict[str, object] = {
    "domain": "localhost",
    "uri": "localhost",
    "title": "Quiet",
    "version": "4.5.2",
    "source_url": "",
    "description": "",
    "languages": ["fr", "en"],
    "api_versions": {"mastodon": 7},
    "configuration": {"statuses": {"max_characters": 500, "characters_reserved_per_url": 23}},
    "rules": [],
}


def token(lasts_s: int) -> str:
    """A JSON web token with an expiry, unsigned: clients read it, nobody here verifies it."""
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": DID, "iat": int(time.time()), "exp": int(time.time()) + lasts_s})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def session() -> dict[str, object]:
    """The answer to a sign-in at a PDS."""
    return {
        "did": DID,
        "handle": "cestmoiou.test",
        "email": "bot@example.org",
        "active": True,
        "accessJwt": token(7200),
        "refreshJwt": token(86400),
    }


def answer(path: str) -> object | None:
    """What the two servers say to a path, or None where they know nothing."""
    match path:
        case "/api/v1/instance" | "/api/v2/instance":
            return INSTANCE
        case "/api/v1/accounts/verify_credentials":
            return ACCOUNT
        case "/api/v1/notifications" | "/api/v1/conversations" | "/api/v1/timelines/home":
            return []
        case "/xrpc/com.atproto.server.createSession" | "/xrpc/com.atproto.server.refreshSession":
            return session()
        case "/xrpc/com.atproto.server.getSession":
            return {key: value for key, value in session().items() if not key.endswith("Jwt")}
        case "/xrpc/com.atproto.server.describeServer":
            return {"did": "did:web:localhost", "availableUserDomains": [".test"]}
        case "/xrpc/app.bsky.notification.listNotifications":
            return {"notifications": [], "seenAt": "2026-01-01T00:00:00.000Z"}
        case "/xrpc/app.bsky.actor.getProfile":
            return {"did": DID, "handle": "cestmoiou.test", "labels": []}
        case "/xrpc/_health":
            return {"version": "quiet"}
        case _:
            return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = answer(self.path.partition("?")[0])
        raw = json.dumps({"error": "NotFound"} if body is None else body).encode()
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_POST(self) -> None:
        self.do_GET()


def main() -> None:
    host, *ports = sys.argv[1:]
    servers = [ThreadingHTTPServer((host, int(port)), Handler) for port in ports]
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()


if __name__ == "__main__":
    main()
