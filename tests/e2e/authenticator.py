# SPDX-License-Identifier: Apache-2.0
"""A WebAuthn authenticator and the browser before it, in software, written independently of the server's own code. All
their answers can be altered: each test of a refusal alters one thing and signs it correctly."""

import hashlib
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from countersign import Phone, b64

UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    return bytes([major << 5 | 24, n]) if n < 256 else bytes([major << 5 | 25]) + n.to_bytes(2, "big")


def cbor(value):
    """CTAP2 canonical CBOR, in the order given."""
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value)) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


class Es256:
    algorithm = -7

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())

    def cose(self):
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return cbor({1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})

    def sign(self, message):
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))


class EdDsa:
    algorithm = -8

    def __init__(self):
        self.key = ed25519.Ed25519PrivateKey.generate()
        self.sign = self.key.sign

    def cose(self):
        return cbor({1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)})


class Rs256:
    algorithm = -257

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)

    def cose(self):
        return cbor({1: 3, 3: -257, -1: self.key.public_key().public_numbers().n.to_bytes(256, "big"), -2: b"\1\0\1"})

    def sign(self, message):
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


class Authenticator:
    """One credential. `bend` changes one answer: type, signs (the challenge), origin, rp_id, flags, count, behind, members, text, key."""

    def __init__(self, rp_id, origin, key=Es256, count=0):
        self.rp_id, self.origin, self.key, self.count = rp_id, origin, key(), count
        self.id = os.urandom(32)
        self.flags = UP | UV | BE | BS

    def client_data(self, kind, statement, bend):
        if "text" in bend:
            return bend["text"].encode()
        members = {"type": bend.get("type", kind),
                   "challenge": bend.get("signs", b64(hashlib.sha256(statement).digest())),
                   "origin": bend.get("origin", self.origin), "crossOrigin": False, **bend.get("members", {})}
        return json.dumps(members, separators=(",", ":")).encode()

    def data(self, bend, attested=b""):
        flags = bend.get("flags", self.flags) | (AT if attested else 0)
        return (hashlib.sha256(bend.get("rp_id", self.rp_id).encode()).digest() + bytes([flags])
                + bend.get("count", self.count).to_bytes(4, "big") + attested + bend.get("behind", b""))

    def register(self, statement, self_attested=False, **bend):
        """The members of device_enrol."""
        client = self.client_data("webauthn.create", statement, bend)
        identity = bend.get("id", self.id)
        data = self.data(bend, bytes(16) + len(identity).to_bytes(2, "big") + identity + self.key.cose())
        made = {}
        if self_attested:
            made = {"alg": self.key.algorithm, "sig": self.key.sign(data + hashlib.sha256(client).digest())}
        fmt = bend.get("fmt", "packed" if self_attested else "none")
        return {"sAttestation": b64(cbor({"fmt": fmt, "attStmt": made, "authData": data}) + bend.get("tail", b"")),
                "sClientData": b64(client)}

    def sign(self, statement, **bend):
        """The members of device_answer."""
        if self.count and "count" not in bend:
            self.count += 1
        client = self.client_data("webauthn.get", statement, bend)
        data = self.data(bend)
        signature = bend.get("key", self.key).sign(data + hashlib.sha256(client).digest())
        return {"sAuthenticatorData": b64(data), "sClientData": b64(client), "sPasskeySignature": b64(signature)}


class PasskeyPhone(Phone):
    """A phone that enrols with a passkey, and approves with it."""

    def __init__(self, server, source="127.0.0.1", **details):
        super().__init__(server, source)
        self.authenticator = Authenticator("localhost", self.audience, **details)

    def ticket(self, ticket):
        return self.post("ticket", {"sTicket": ticket})

    def try_enrol(self, ticket, name="phone", **bend):
        made = self.authenticator.register(self.enrolment(ticket, name), **bend)
        return super().try_enrol(ticket, name, **made)

    def approve(self, number=None, challenge=None, **bend):
        challenge = challenge or self.pending()[0]
        statement = self.assertion(challenge, "approve", number)
        return self.answer("approve", number, challenge, **self.authenticator.sign(statement, **bend))
