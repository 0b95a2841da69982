"""A small OpenID Connect provider that speaks HTTP on loopback and signs its tokens, for the sign-in tests."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """What the provider will answer; a test changes one thing to see it refused."""

    client: str = "chengban"
    code: str = "one-time-code"
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=_new_key)
    published: rsa.RSAPrivateKey | None = None
    address: str = ""

    def id_token(self) -> str:
        told = {
            "iss": self.address, "aud": self.client, "sub": "person-1", "nonce": self.nonce,
            "iat": int(time.time()), "exp": int(time.time()) + 60,
        } | self.claims  # fmt: skip
        return jwt.encode(told, self.key, algorithm="RS256", headers={"kid": "k1"})

    def jwks(self) -> dict[str, Any]:
        public = (self.published or self.key).public_key()
        return {"keys": [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public)), "kid": "k1", "alg": "RS256"}]}

    def token(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if form.get("code") != [self.code] or form.get("client_id") != [self.client]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token()}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        answers = {"/jwks": self.provider.jwks, "/user": lambda: {"sub": "person-1"} | self.provider.user}
        self._answer(200, answers[self.path]())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(*self.provider.token(form))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test's output is its own."""


def start(provider: Provider) -> ThreadingHTTPServer:
    """Serve `provider` on a free port of loopback until the server is shut down."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
