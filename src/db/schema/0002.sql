-- SPDX-License-Identifier: Apache-2.0
-- Version 2: passkeys, the technician's self-service, what phones are told beside challenges.

-- The passkey of a phone, where it has one: WebAuthn Level 3. Beside the device's own key, not in its place.
CREATE TABLE passkey (
    device_id BIGINT PRIMARY KEY REFERENCES device (id),
    credential_id BYTEA NOT NULL UNIQUE,
    algorithm BIGINT NOT NULL,          -- COSE (RFC 9053): -7 ES256, -8 EdDSA, -257 RS256
    public_key BYTEA NOT NULL,          -- as libfido2 keeps a key of that algorithm
    sign_count BIGINT NOT NULL,         -- the last that was seen; 0: the authenticator does not count
    backup_eligible BIGINT NOT NULL,    -- may be copied to other devices of the person: never changes
    backed_up BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);

-- One opening of the self-service by a device: a nonce to sign, then a token for a few minutes.
CREATE TABLE self_service (
    id BIGINT PRIMARY KEY,
    device_id BIGINT NOT NULL REFERENCES device (id),
    nonce_digest BYTEA NOT NULL UNIQUE,
    token_digest BYTEA UNIQUE,          -- NULL: the nonce was not signed yet
    seed_sealed BYTEA,                  -- codes that wait for their first code; as technician.totp_sealed, associated data: the id here
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX self_service_of ON self_service (device_id);
CREATE INDEX self_service_age ON self_service (expires_at);

-- What a phone tells its person when it is opened next: that something about the account was changed.
CREATE TABLE notice (
    id BIGINT PRIMARY KEY,
    device_id BIGINT NOT NULL REFERENCES device (id),
    public_id TEXT NOT NULL UNIQUE,     -- opaque, told to phones: 128 random bits, base64url
    kind TEXT NOT NULL,                 -- notice.def
    subject TEXT NOT NULL,              -- of a device: its name
    created_at BIGINT NOT NULL
);
CREATE INDEX notice_of ON notice (device_id, created_at);
CREATE INDEX notice_age ON notice (created_at);

-- What the courier has to tell is the opaque id of a challenge or of a notice.
CREATE TABLE outbox_2 (
    id BIGINT PRIMARY KEY,
    challenge_id BIGINT REFERENCES challenge (id),
    notice_id BIGINT REFERENCES notice (id) ON DELETE CASCADE, -- what was seen rings no more
    device_id BIGINT,
    transport TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((challenge_id IS NULL) <> (notice_id IS NULL))
);
INSERT INTO outbox_2 (id, challenge_id, device_id, transport, state, attempts, next_at, created_at, expires_at)
    SELECT id, challenge_id, device_id, transport, state, attempts, next_at, created_at, expires_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_2 RENAME TO outbox;
CREATE INDEX outbox_next ON outbox (state, next_at);
CREATE INDEX outbox_challenge ON outbox (challenge_id);
CREATE INDEX outbox_notice ON outbox (notice_id);
