-- SPDX-License-Identifier: Apache-2.0
-- Version 1. One text for SQLite and PostgreSQL. Times are microseconds UTC, 0 = never; ids are 63-bit and made by the
-- application; digests are SHA-256. A flag is 0 or 1. Nothing here holds a password, a token, a code or a private key in the clear.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE company (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,          -- as the operator names it: acme
    title TEXT NOT NULL,                -- as people read it: Acme Support Ltd
    state TEXT NOT NULL CHECK (state IN ('active', 'inactive', 'banned')),
    plan TEXT NOT NULL CHECK (plan IN ('standard', 'enterprise')),
    enterprise_on BIGINT NOT NULL,      -- the enterprise plan can be switched off
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- What a company set differently from policy.def's defaults.
CREATE TABLE policy (
    company_id BIGINT NOT NULL REFERENCES company (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    PRIMARY KEY (company_id, key)
);

CREATE TABLE technician (
    id BIGINT PRIMARY KEY,
    company_id BIGINT NOT NULL REFERENCES company (id),
    email TEXT NOT NULL,                -- as written
    email_key TEXT NOT NULL,            -- NFKC, case-folded; freed ('' || id) when the account is deleted
    name TEXT NOT NULL,
    is_technician BIGINT NOT NULL,      -- 0: another kind of account
    role_on BIGINT NOT NULL,            -- the technician role
    deleted_at BIGINT NOT NULL,
    password_hash TEXT NOT NULL,        -- argon2id, encoded; '' has no password
    password_generation BIGINT NOT NULL,-- grows with every change and reset
    password_set_at BIGINT NOT NULL,
    password_must_change BIGINT NOT NULL,
    push_unanswered BIGINT NOT NULL,    -- in a row
    push_refused BIGINT NOT NULL,       -- in a row
    push_rests_until BIGINT NOT NULL,
    push_last_at BIGINT NOT NULL,
    totp_sealed BYTEA,                  -- AES-256-GCM: nonce, ciphertext, tag; associated data: the id
    totp_last_step BIGINT NOT NULL,     -- the last time step that was accepted
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX technician_email ON technician (email_key);
CREATE INDEX technician_company ON technician (company_id);

-- allow/deny rules by CIDR, of a company (technician_id NULL) or of one technician.
CREATE TABLE address_rule (
    id BIGINT PRIMARY KEY,
    company_id BIGINT NOT NULL REFERENCES company (id),
    technician_id BIGINT REFERENCES technician (id),
    position BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('allow', 'deny')),
    net TEXT NOT NULL
);
CREATE INDEX address_rule_of ON address_rule (company_id, technician_id, position);

CREATE TABLE password_history (
    id BIGINT PRIMARY KEY,
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    password_hash TEXT NOT NULL,
    retired_at BIGINT NOT NULL
);
CREATE INDEX password_history_of ON password_history (technician_id, retired_at);

CREATE TABLE recovery_code (
    id BIGINT PRIMARY KEY,
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    digest BYTEA NOT NULL UNIQUE,       -- HMAC under the server's key: 80 bits alone could be searched
    used_at BIGINT NOT NULL
);
CREATE INDEX recovery_code_of ON recovery_code (technician_id);

CREATE TABLE enrolment (
    id BIGINT PRIMARY KEY,
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    ticket_digest BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    is_self BIGINT NOT NULL,            -- made for whoever had the password alone
    device_id BIGINT
);
CREATE INDEX enrolment_of ON enrolment (technician_id);
CREATE INDEX enrolment_age ON enrolment (expires_at);

CREATE TABLE device (
    id BIGINT PRIMARY KEY,
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'removed')),
    public_key BYTEA NOT NULL,          -- P-256, 65 bytes uncompressed
    token_digest BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX device_of ON device (technician_id, state);

-- Where a phone's notifications go: at most one for each. The address is a capability, though of little worth without the
-- server's push key, by which the push services of the browsers know who may use it: all that it can do is ring. It is never
-- logged, and in the clear because the courier, which needs it, holds no key that opens anything.
CREATE TABLE push_subscription (
    device_id BIGINT PRIMARY KEY REFERENCES device (id),
    endpoint TEXT NOT NULL,             -- https
    p256dh BYTEA NOT NULL,              -- the browser's key: P-256, 65 bytes uncompressed
    auth BYTEA NOT NULL,                -- RFC 8291, section 3.2: 16 bytes
    rests_until BIGINT NOT NULL,        -- the service asked for patience
    created_at BIGINT NOT NULL
);

-- Failures by account name, known or not (key: HMAC of email_key), and by account name and source.
CREATE TABLE lockout (
    key BYTEA PRIMARY KEY,
    failures BIGINT NOT NULL,           -- in a row
    locked_until BIGINT NOT NULL,       -- 9223372036854775807: until unlocked
    changed_at BIGINT NOT NULL
);
CREATE INDEX lockout_age ON lockout (changed_at);

CREATE TABLE login (
    id BIGINT PRIMARY KEY,
    token_digest BYTEA NOT NULL UNIQUE,
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('sign-in', 'new-password', 'change-password')),
    state TEXT NOT NULL CHECK (state IN ('open', 'spent')),
    nonce BYTEA NOT NULL,               -- for the session and the console ticket that are derived from it
    source TEXT NOT NULL,
    console TEXT NOT NULL,              -- user agent
    language TEXT NOT NULL,
    password_generation BIGINT NOT NULL,-- that was proved
    new_password_hash TEXT NOT NULL,    -- '' where none was brought
    new_password_verdict TEXT NOT NULL, -- '', 'same', 'used', 'weak': what was known when it was seen
    new_password_strength BIGINT NOT NULL, -- published strength that it reaches, 0 to 3
    new_password_length BIGINT NOT NULL,
    session_id BIGINT,                  -- of a password change
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    result TEXT NOT NULL,               -- of a spent login: the value's name without prefix
    result_at BIGINT NOT NULL,
    result_source TEXT NOT NULL,
    result_session_id BIGINT
);
CREATE INDEX login_age ON login (expires_at);
CREATE INDEX login_of ON login (technician_id, state);

CREATE TABLE challenge (
    id BIGINT PRIMARY KEY,
    login_id BIGINT NOT NULL REFERENCES login (id),
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    public_id TEXT NOT NULL UNIQUE,     -- opaque, told to phones: 128 random bits, base64url
    token_digest BYTEA NOT NULL UNIQUE, -- of the push token
    nonce BYTEA NOT NULL,               -- 32 random bytes: push token, number, and the phone's statement
    state TEXT NOT NULL CHECK (state IN
        ('pending', 'approved', 'rejected', 'reported', 'spent_tries', 'failed', 'expired', 'cancelled', 'used')),
    number_required BIGINT NOT NULL,
    tries_left BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,            -- a phone has fetched it
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL,
    answered_by BIGINT                  -- device
);
CREATE INDEX challenge_of ON challenge (technician_id, state);
CREATE INDEX challenge_login ON challenge (login_id);
CREATE INDEX challenge_age ON challenge (state, expires_at);

CREATE TABLE session (
    id BIGINT PRIMARY KEY,
    company_id BIGINT NOT NULL REFERENCES company (id),
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    login_id BIGINT NOT NULL,
    token_digest BYTEA NOT NULL UNIQUE, -- of the cookie
    ticket_digest BYTEA NOT NULL UNIQUE,-- of sUrl's one-time ticket
    ticket_used_at BIGINT NOT NULL,
    ticket_expires_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    console TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    idle_at BIGINT NOT NULL,            -- ends when nothing is heard until then
    expires_at BIGINT NOT NULL,         -- ends in any case
    ended_at BIGINT NOT NULL,
    end_reason TEXT NOT NULL
);
CREATE INDEX session_company ON session (company_id, ended_at);
CREATE INDEX session_technician ON session (technician_id, ended_at);
CREATE INDEX session_age ON session (expires_at);

-- What the courier still has to tell: an opaque id, never a name or a number.
CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    challenge_id BIGINT NOT NULL REFERENCES challenge (id),
    device_id BIGINT,
    transport TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX outbox_next ON outbox (state, next_at);
CREATE INDEX outbox_challenge ON outbox (challenge_id);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,             -- 1, 2, 3, ...: no gap
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    actor TEXT NOT NULL,
    source TEXT NOT NULL,
    company_id BIGINT,
    technician_id BIGINT,
    detail TEXT NOT NULL,               -- a JSON object
    digest BYTEA NOT NULL               -- SHA-256 over the digest before and this row
);
CREATE INDEX audit_technician ON audit (technician_id, seq);
