# SPDX-License-Identifier: Apache-2.0
"""A verifier of the audit log that shares nothing with the server: written from RFC 6962 and RFC 8032, c2sp.org/signed-note,
c2sp.org/tlog-checkpoint and c2sp.org/tlog-proof. It takes texts and a public key, and no database."""

import base64
import hashlib
import json

DASH = "\N{EM DASH} "


class Wrong(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Wrong(why)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(leaf):
    return sha256(b"\0", leaf)


def node_hash(left, right):
    return sha256(b"\1", left, right)


def tree_hash(leaves):
    """MTH, RFC 6962, section 2.1: of the leaves' hashes."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


def root_of_path(leaf, index, size, path):
    """Follows PATH of section 2.1.1 from the root downwards, as it is defined."""
    if size == 1:
        demand(not path, "the path is too long")
        return leaf
    demand(path, "the path is too short")
    k = 1 << (size - 1).bit_length() - 1
    if index < k:
        return node_hash(root_of_path(leaf, index, k, path[:-1]), path[-1])
    return node_hash(path[-1], root_of_path(leaf, index - k, size - k, path[:-1]))


def roots_of_proof(old, size, path, whole, old_root):
    """The roots of both trees that PROOF of section 2.1.2 leads to."""
    if old == size:
        if whole:
            demand(not path, "the proof is too long")
            return old_root, old_root
        demand(len(path) == 1, "the proof has another length")
        return path[0], path[0]
    demand(path, "the proof is too short")
    k = 1 << (size - 1).bit_length() - 1
    if old <= k:
        before, after = roots_of_proof(old, k, path[:-1], whole, old_root)
        return before, node_hash(after, path[-1])
    before, after = roots_of_proof(old - k, size - k, path[:-1], False, old_root)
    return node_hash(path[-1], before), node_hash(path[-1], after)


# Ed25519, RFC 8032, section 5.1, without a library: P, the base point and d are the standard's.
P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def x_of(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    demand((x * x - x2) % P == 0, "not a point")
    return P - x if x & 1 != sign else x


def point(data):
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    return x_of(y, number >> 255), y


def add(a, b):
    t = D * a[0] * b[0] * a[1] * b[1] % P
    return ((a[0] * b[1] + a[1] * b[0]) * pow(1 + t, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P)


def times(n, a):
    total = (0, 1)
    while n:
        if n & 1:
            total = add(total, a)
        a, n = add(a, a), n >> 1
    return total


BASE = (x_of(4 * pow(5, -1, P) % P, 0), 4 * pow(5, -1, P) % P)


def is_signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    return len(signature) == 64 and s < ORDER and times(s, BASE) == add(point(signature[:32]), times(h % ORDER, point(key)))


class Key:
    """name+hash+base64(1 || key)"""
    def __init__(self, text):
        self.name, number, typed = text.strip().split("+", 2)
        data = base64.b64decode(typed, validate=True)
        demand(data[0] == 1 and len(data) == 33, "not a key for Ed25519")
        self.public, self.id = data[1:], bytes.fromhex(number)
        demand(sha256(self.name.encode() + b"\n", data)[:4] == self.id, "the key has another hash")


class Checkpoint:
    def __init__(self, note, key):
        text, signatures = note.rsplit("\n\n", 1)
        text += "\n"
        demand(signatures.endswith("\n"), "the last line has no end")
        valid = False
        for line in signatures.splitlines():
            demand(line.startswith(DASH), "not a signature")
            name, data = line[len(DASH):].split(" ")
            data = base64.b64decode(data, validate=True)
            if name == key.name and data[:4] == key.id:
                demand(is_signed(key.public, text.encode(), data[4:]), "the signature does not verify")
                valid = True
        demand(valid, "it is not signed by this key")
        self.origin, size, root = text.split("\n")[:3]
        demand(self.origin == key.name, "another log")
        self.size, self.root = int(size), base64.b64decode(root, validate=True)


def verify_proof(proof, key):
    """c2sp.org/tlog-proof with the leaf as extra data. The event."""
    head, note = proof.split("\n\n", 1)
    first, extra, index, *hashes = head.split("\n")
    demand(first == "c2sp.org/tlog-proof@v1" and extra.startswith("extra ") and index.startswith("index "), "not a proof")
    leaf, index = base64.b64decode(extra[6:], validate=True), int(index[6:])
    checkpoint = Checkpoint(note, key)
    demand(index < checkpoint.size, "it is not in that log")
    path = [base64.b64decode(line, validate=True) for line in hashes]
    demand(root_of_path(leaf_hash(leaf), index, checkpoint.size, path) == checkpoint.root, "the path leads elsewhere")
    return json.loads(leaf)


def verify_growth(older, proof, key):
    """Of `audit checkpoint --since`: the sizes of both."""
    head, note = proof.split("\n\n", 1)
    first, *hashes = head.split("\n")
    before, after = Checkpoint(older, key), Checkpoint(note, key)
    demand(first == f"old {before.size}", "another proof")
    path = [base64.b64decode(line, validate=True) for line in hashes if line]
    if before.size:
        roots = roots_of_proof(before.size, after.size, path, True, before.root)
        demand(roots == (before.root, after.root), "the logs differ")
    return before.size, after.size


def grown(peaks, size, hashes):
    """The tree of `size` leaves, given by its largest perfect subtrees, with more leaves: the root of section 2.1."""
    stack = list(peaks)
    for leaf in hashes:
        node, rest = leaf, size
        while rest & 1:
            node, rest = node_hash(stack.pop(), node), rest >> 1
        stack.append(node)
        size += 1
    if not stack:
        return sha256()
    root = stack.pop()
    while stack:
        root = node_hash(stack.pop(), root)
    return root


def chained(before, event):
    """The digest of an event of version 0.1, over the one before it."""
    detail = event["detail"]
    fields = [event[name].to_bytes(8, "big") for name in ("seq", "at", "company", "technician")]
    fields += [event[name].encode() for name in ("event", "actor", "source")] + [detail]
    return sha256(before, *(len(field).to_bytes(8, "big") + field for field in fields))


def verify_archive(data, key):
    """A file of `audit archive`: (its events, the checkpoint up to there, the later one)."""
    lines = data.split(b"\n")
    words = [line.decode().split(" ") for line in lines[:4]]
    demand(lines[0] == b"countersign-audit-archive 1" and words[1] == ["origin", key.name], "not an archive of this log")
    demand(words[2][0] == "events" and words[3][0] == "chained", "the head has another form")
    first, last, before = int(words[2][1]), int(words[2][2]), int(words[3][1])
    at, chain, peaks = 4, None, []
    size = max(first - 1 - before, 0)
    if first <= before + 1:
        demand(lines[at].startswith(b"chain "), "the chain has no beginning")
        chain, at = base64.b64decode(lines[at][6:], validate=True), at + 1
    for _ in range(size.bit_count()):
        demand(lines[at].startswith(b"peak "), "a subtree is missing")
        peaks.append(base64.b64decode(lines[at][5:], validate=True))
        at += 1
    demand(lines[at] == b"", "the head does not end")
    events, hashes = [], []
    for seq in range(first, last + 1):
        at += 1
        digest, leaf = lines[at].split(b" ", 1)
        digest, event = base64.b64decode(digest, validate=True), json.loads(leaf)
        demand(event["seq"] == seq, f"event {seq} is missing")
        if seq <= before:
            demand(event["id"] == seq, f"event {seq} was changed")
            chain = chained(chain, {**event, "detail": leaf.split(b',"detail":', 1)[1][:-1]})
            demand(digest == chain, f"event {seq} was changed")
        else:
            demand(digest == leaf_hash(leaf), f"event {seq} was changed")
            hashes.append(digest)
        if seq == before + 1:
            demand(event["detail"] == {"origin": key.name, "chained": str(before), "digest": chain.hex()}, "another beginning")
        events.append(event)
    demand(lines[at + 1] == b"", "there are more events")
    note, proof = b"\n".join(lines[at + 2:]).decode().split("\n\nold ", 1)
    own = Checkpoint(note + "\n", key)
    demand((own.size, own.root) == (last - before, grown(peaks, size, hashes)), "the events are not those of the checkpoint")
    _, later = verify_growth(note + "\n", "old " + proof, key)
    return events, own, later
