#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The test vectors of W3C Web Authentication Level 3, section 16, made again by its rules, and a few more by
the same rules: webauthn_vectors.py OUTPUT

Each line is a row of a C table: VECTOR(name, registration's challenge, client data, attestation object, assertion's challenge,
authenticator data, client data, signature), in hex. Every random value is HKDF-SHA-256(IKM "WebAuthn test vectors", salt: a
counter of one byte, info: the vector's name); ECDSA is deterministic (RFC 6979). What comes out is compared with digests of the
published values where those are known, so that nothing here can drift.
"""

import base64
import datetime
import hashlib
import hmac
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

SEED = b"WebAuthn test vectors"
RP_HASH = hashlib.sha256(b"example.org").digest()
ORIGIN = "https://example.org"
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40

# SHA-256 of a published vector's bytes, one after the other.
PUBLISHED = {
    "none.ES256": "5a0e96c72c8fb7e07a8aa1e1ebd0153cb4d1440384e43ff63a77bbdd3309d53c",
    "packed-self.ES256": "2d508397b0875d7006e1c71307333ca4fed5780bd46fe708146fc81dd87eeb75",
    "none.ES256.crossOrigin": "1295e8c4f9bd08db181210046efe1c50b523e697b074e65d064eca6d32948d7f",
    "none.ES256.topOrigin": "5001919cb7ad47e4057fc1dbee9e1a8af9e2f9ac68983e5527992bab1ab33c23",
    "none.ES256.long-credential-id": "a5b47e7a35b8f3c0ae0703d7f231e119cde4debbbec0ed21f865c4fcfdaefb56",
    "packed.ES256": "7bea5a4ddbed415ba3d93068e810670b3161d56c504def48d8ab69c0625c4b94",
    "packed.RS256": "cdbec1fe31235a3c2ff8817effa27e7888a583d5faa7e0d8d4301dc28e7e294e",
    "packed.EdDSA": "484b10c1ab8f77ec64fbdfe4e1c276e1e0ffd9ae09476052118e09798a544ef9",
    "fido-u2f.ES256": "b10ce71452e322b37308187ebcb405b1e2aa53f656ff381c18745400d3e73b30",
}


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Random:
    """The values of one vector, in their order."""

    def __init__(self, info):
        self.info, self.count = info, 0

    def __call__(self, length):
        salt = bytes([self.count])
        self.count += 1
        return HKDF(hashes.SHA256(), length, salt, self.info.encode()).derive(SEED)


def cbor(value):
    """CTAP2 canonical CBOR, as far as it is used here; the pairs of a map keep the given order."""
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    for info, width in ((24, 1), (25, 2), (26, 4)):
        if n < 1 << 8 * width:
            return bytes([major << 5 | info]) + n.to_bytes(width, "big")
    raise ValueError(n)


def rfc6979(secret, digest):
    """k, for P-256 and SHA-256 (section 3.2)."""
    x, h = secret.to_bytes(32, "big"), (int.from_bytes(digest, "big") % ORDER).to_bytes(32, "big")
    v, k = b"\1" * 32, bytes(32)
    for byte in (b"\0", b"\1"):
        k = hmac.digest(k, v + byte + x + h, "sha256")
        v = hmac.digest(k, v, "sha256")
    while True:
        v = hmac.digest(k, v, "sha256")
        candidate = int.from_bytes(v, "big")
        if 0 < candidate < ORDER:
            return candidate
        k = hmac.digest(k, v + b"\0", "sha256")
        v = hmac.digest(k, v, "sha256")


class Es256:
    """A key on P-256."""

    algorithm = -7

    def __init__(self, secret):
        self.secret = int.from_bytes(secret, "big")
        self.public = ec.derive_private_key(self.secret, CURVE).public_key()
        numbers = self.public.public_numbers()
        self.x, self.y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")

    def cose(self):
        return cbor({1: 2, 3: -7, -1: 1, -2: self.x, -3: self.y})

    def sign(self, message):
        digest = sha256(message)
        k = rfc6979(self.secret, digest)
        r = ec.derive_private_key(k, CURVE).public_key().public_numbers().x % ORDER
        s = pow(k, -1, ORDER) * (int.from_bytes(digest, "big") + r * self.secret) % ORDER
        signature = encode_dss_signature(r, s)
        self.public.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        return signature


class EdDsa:
    """A key on Ed25519."""

    algorithm = -8

    def __init__(self, secret):
        self.key = ed25519.Ed25519PrivateKey.from_private_bytes(secret)
        self.sign = self.key.sign

    def cose(self):
        return cbor({1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)})


class Rs256:
    """An RSA key of two given primes."""

    algorithm = -257

    def __init__(self, p, q):
        d = pow(65537, -1, (p - 1) * (q - 1))
        self.n = p * q
        self.key = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p),
                                         rsa.RSAPublicNumbers(65537, self.n)).private_key()

    def cose(self):
        return cbor({1: 3, 3: -257, -1: self.n.to_bytes((self.n.bit_length() + 7) // 8, "big"), -2: b"\1\0\1"})

    def sign(self, message):
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def name(unit):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "WebAuthn test vectors"),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "W3C"),
                      x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
                      x509.NameAttribute(NameOID.COUNTRY_NAME, "AA")])


def authority():
    random = Random("Attestation CA")
    return Es256(random(32))


def der_length(n):
    return bytes([n]) if n < 128 else b"\x82" + n.to_bytes(2, "big")


def certificate(ca, key, serial, unit="Authenticator Attestation", is_ca=False, aaguid=None):
    """DER, signed deterministically: the builder's own signature is taken off and replaced."""
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
                           "crl_sign", "encipher_only", "decipher_only"), False)
    builder = (x509.CertificateBuilder().subject_name(name(unit)).issuer_name(name("Authenticator Attestation CA"))
               .public_key(key.public).serial_number(int.from_bytes(serial, "big"))
               .not_valid_before(datetime.datetime(2024, 1, 1)).not_valid_after(datetime.datetime(3024, 1, 1))
               .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
               .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public), critical=False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public), critical=False))
    if aaguid is not None:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4"), b"\x04\x10" + aaguid), critical=False)
    tbs = builder.sign(ec.derive_private_key(ca.secret, CURVE), hashes.SHA256()).tbs_certificate_bytes
    signature = b"\0" + ca.sign(tbs)
    body = tbs + bytes.fromhex("300a06082a8648ce3d040302") + b"\x03" + der_length(len(signature)) + signature
    return b"\x30" + der_length(len(body)) + body


def client_data(random, kind, challenge, cross_origin=False, top_origin=None):
    more = random(1)[0] & 1
    members = {"type": kind, "challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(), "origin": ORIGIN,
               "crossOrigin": cross_origin}
    if top_origin:
        members["topOrigin"] = top_origin
    if more:
        extra = base64.urlsafe_b64encode(random(16)).rstrip(b"=").decode()
        members["extraData"] = f"clientDataJSON may be extended with additional fields in the future, such as this: {extra}"
    return json.dumps(members, separators=(",", ":")).encode()


def authenticator_data(flags, count, attested=b""):
    return RP_HASH + bytes([flags]) + count.to_bytes(4, "big") + attested


def statement(kind, random, key, data, client, credential_id, **details):
    """The attestation statement, in the format that the vector's kind names."""
    signed = data + sha256(client)
    if kind == "none":
        return "none", {}
    if kind == "packed-self":
        return "packed", {"alg": key.algorithm, "sig": key.sign(signed)}
    attester = Es256(random(32))
    ca = authority()
    x5c = [certificate(ca, attester, random(16), **details)]
    if kind == "packed":
        return "packed", {"alg": -7, "sig": attester.sign(signed), "x5c": x5c}
    point = b"\x04" + key.x + key.y
    return "fido-u2f", {"sig": attester.sign(b"\0" + RP_HASH + sha256(client) + credential_id + point), "x5c": x5c}


def vector(info, kind, key=None, id_length=32, cross_origin=False, top_origin=None, count=0, aaguid_in_cert=False, **details):
    random = Random(info)
    challenge = random(32)
    key = key(random) if key else Es256(random(32))
    client = client_data(random, "webauthn.create", challenge, cross_origin, top_origin)
    aaguid, credential_id = random(16), random(id_length)
    attested = aaguid + len(credential_id).to_bytes(2, "big") + credential_id + key.cose()
    flags = UP | AT
    if kind != "fido-u2f":
        flags |= random(1)[0] & (UV | BE | BS)
        if not flags & BE:
            flags &= ~BS
    data = authenticator_data(flags, count, attested)
    if aaguid_in_cert:
        details["aaguid"] = aaguid
    fmt, made = statement(kind, random, key, data, client, credential_id, **details)
    attestation = cbor({"fmt": fmt, "attStmt": made, "authData": data})

    asked = random(32)
    got = client_data(random, "webauthn.get", asked, cross_origin, top_origin)
    flags = UP | flags & BE | random(1)[0] & (UV | BS)
    if not flags & BE:
        flags &= ~BS
    answer = authenticator_data(flags, count)
    return challenge, client, attestation, asked, answer, got, key.sign(answer + sha256(got))


def two_primes():
    """Of 1024 bits each, their two highest bits set, from the same derivation."""
    found = []
    random = Random("countersign RSA-2048")
    for _ in range(2):
        n = int.from_bytes(random(128), "big") | 3 << 1022 | 1
        while any(pow(base, n - 1, n) != 1 for base in (2, 3, 5)):
            n += 2
        found.append(n)
    return found


def vectors():
    ed25519_key = lambda random: EdDsa(random(32))
    mersenne = lambda random: Rs256(2**1279 - 1, 2**2203 - 1)
    primes = two_primes()
    rsa2048 = lambda random: Rs256(*primes)
    return {
        # Section 16, as far as this server admits the algorithms and formats.
        "none.ES256": vector("none.ES256", "none"),
        "packed-self.ES256": vector("packed-self.ES256", "packed-self"),
        "none.ES256.crossOrigin": vector("none.ES256.crossOrigin", "none", cross_origin=True),
        "none.ES256.topOrigin": vector("none.ES256.topOrigin", "none", cross_origin=True, top_origin="https://example.com"),
        "none.ES256.long-credential-id": vector("none.ES256.long-credential-id", "none", id_length=1023),
        "packed.ES256": vector("packed.ES256", "packed"),
        "packed.RS256": vector("packed.RS256", "packed", key=mersenne),
        "packed.EdDSA": vector("packed.EdDSA", "packed", key=ed25519_key),
        "fido-u2f.ES256": vector("fido-u2f.ES256", "fido-u2f"),
        # By the same rules, for what the section does not have.
        "too-long-credential-id": vector("too-long-credential-id", "none", id_length=1024),
        "no-credential-id": vector("no-credential-id", "none", id_length=0),
        "packed.RS256-2048": vector("packed.RS256-2048", "packed", key=rsa2048),
        "packed-self.RS256-2048": vector("packed-self.RS256-2048", "packed-self", key=rsa2048),
        "packed-self.EdDSA": vector("packed-self.EdDSA", "packed-self", key=ed25519_key),
        "none.EdDSA": vector("none.EdDSA", "none", key=ed25519_key),
        "packed.ES256-aaguid": vector("packed.ES256-aaguid", "packed", aaguid_in_cert=True),
        "packed.ES256-other-aaguid": vector("packed.ES256-other-aaguid", "packed", aaguid=bytes(16)),
        "packed.ES256-wrong-unit": vector("packed.ES256-wrong-unit", "packed", unit="Somebody"),
        "packed.ES256-ca": vector("packed.ES256-ca", "packed", is_ca=True),
        "none.ES256-counts": vector("none.ES256-counts", "none", count=7),
    }


def main():
    made = vectors()
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for title, parts in made.items():
            digest = sha256(*parts).hex()
            if PUBLISHED.get(title, digest) != digest:
                sys.exit(f"{title} came out as {digest}, and was published as {PUBLISHED[title]}")
            print(f'VECTOR("{title}", ' + ", ".join(f'"{part.hex()}"' for part in parts) + ")", file=out)


if __name__ == "__main__":
    main()
