-- SPDX-License-Identifier: Apache-2.0
-- Version 5: several servers on one database; a log that proves itself; operators.

-- Accounts and their ways in.

-- Digits of the number that is typed for an approval; what counts is number_required (signin/challenge_console.c).
ALTER TABLE challenge ADD COLUMN number_digits BIGINT NOT NULL DEFAULT 6;

-- Devices and notices.

-- Sign-ins that a phone reported as 'this was not me'; they wait for an operator (accounts/reported.h).
CREATE TABLE reported (
    id BIGINT PRIMARY KEY,
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    company_id BIGINT NOT NULL REFERENCES company (id),
    login_id BIGINT NOT NULL,
    source TEXT NOT NULL,               -- where the sign-in came from
    created_at BIGINT NOT NULL,
    taken_at BIGINT NOT NULL,           -- 0: it waits
    taken_by TEXT NOT NULL              -- an actor of the audit
);
CREATE INDEX reported_open ON reported (created_at) WHERE taken_at = 0;
CREATE INDEX reported_in_company ON reported (company_id, created_at) WHERE taken_at = 0;
CREATE INDEX reported_taken ON reported (taken_at);
CREATE INDEX reported_taken_in_company ON reported (company_id, taken_at);

-- Sessions.

-- Outbox and news.

-- Operators.

-- Those who operate the server by accounts of their own (accounts/operator.h). The command line needs none.
CREATE TABLE operator (
    id BIGINT PRIMARY KEY,
    email TEXT NOT NULL,                -- as written
    email_key TEXT NOT NULL,            -- NFKC, case-folded; freed ('' || id) when the account is deleted
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('auditor', 'helpdesk', 'admin', 'owner')),
    everything BIGINT NOT NULL,         -- reaches all companies; 0: those of operator_reach
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'deleted')),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX operator_email ON operator (email_key);
CREATE INDEX operator_role ON operator (role, state);

-- The companies that an operator or a token without `everything` reaches.
CREATE TABLE operator_reach (
    holder_id BIGINT NOT NULL,          -- operator.id or operator_token.id
    company_id BIGINT NOT NULL REFERENCES company (id),
    PRIMARY KEY (holder_id, company_id)
);

-- The one open link of an operator, which brings a passkey in.
CREATE TABLE operator_link (
    operator_id BIGINT PRIMARY KEY REFERENCES operator (id),
    digest BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX operator_link_age ON operator_link (expires_at);

CREATE TABLE operator_passkey (
    id BIGINT PRIMARY KEY,
    operator_id BIGINT NOT NULL REFERENCES operator (id),
    credential_id BYTEA NOT NULL UNIQUE,
    algorithm BIGINT NOT NULL,
    public_key BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    backup_eligible BIGINT NOT NULL,
    backed_up BIGINT NOT NULL,
    name TEXT NOT NULL,                 -- what the operator calls it
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX operator_passkey_of ON operator_passkey (operator_id, created_at);

-- A signed-in operator. What may be done is never read from here, but from the operator's row.
CREATE TABLE operator_session (
    id BIGINT PRIMARY KEY,
    operator_id BIGINT NOT NULL REFERENCES operator (id),
    token_digest BYTEA NOT NULL UNIQUE,
    challenge_digest BYTEA NOT NULL UNIQUE, -- of the sign-in: each challenge opens one session
    source TEXT NOT NULL,
    console TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    idle_at BIGINT NOT NULL,            -- until when it may be silent
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE INDEX operator_session_of ON operator_session (operator_id) WHERE ended_at = 0;
CREATE INDEX operator_session_age ON operator_session (expires_at);

-- For automation. It never has more than its operator has at the moment.
CREATE TABLE operator_token (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    operator_id BIGINT REFERENCES operator (id), -- who made it; NULL: the command line
    token_digest BYTEA NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('auditor', 'helpdesk', 'admin', 'owner')),
    everything BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,            -- to some minutes
    revoked_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX operator_token_name ON operator_token (name) WHERE revoked_at = 0;
CREATE INDEX operator_token_of ON operator_token (operator_id) WHERE revoked_at = 0;
CREATE INDEX operator_token_age ON operator_token (expires_at);

-- The audit log.

-- An event is written with its change, and gets its number afterwards, by the sealer (ledger/sealer.h). The events of before
-- keep their numbers and their chain of digests, which the first sealed event commits to.
ALTER TABLE audit RENAME TO audit_before;
DROP INDEX audit_technician;
DROP INDEX audit_granted;
DROP INDEX audit_refused_inside;
DROP INDEX audit_refused;
DROP INDEX audit_locked;
CREATE TABLE audit (
    at BIGINT NOT NULL,
    id BIGINT NOT NULL,                 -- by chance; those of one process ascend
    seq BIGINT,                         -- 1, 2, 3, ...: no gap; NULL: not sealed yet
    event TEXT NOT NULL,
    actor TEXT NOT NULL,
    source TEXT NOT NULL,
    company_id BIGINT,
    technician_id BIGINT,
    detail TEXT NOT NULL,               -- a JSON object
    digest BYTEA,                       -- of the leaf (ledger/leaf.h); NULL: not sealed yet
    PRIMARY KEY (at, id)
);
INSERT INTO audit (at, id, seq, event, actor, source, company_id, technician_id, detail, digest)
    SELECT at, seq, seq, event, actor, source, company_id, technician_id, detail, digest FROM audit_before;
DROP TABLE audit_before;
-- Writers touch neither of the indexes on seq: on PostgreSQL what they write there would conflict with what others read.
CREATE UNIQUE INDEX audit_seq ON audit (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_sealed ON audit (technician_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unsealed ON audit (at, id) WHERE seq IS NULL;
CREATE INDEX audit_technician ON audit (technician_id, at, id);
CREATE INDEX audit_granted ON audit (technician_id, at, id) WHERE event = 'login.granted';
CREATE INDEX audit_refused_inside ON audit (technician_id, at, id)
    WHERE event IN ('login.refused', 'code.refused') AND detail LIKE '%"purpose":%';
CREATE INDEX audit_refused ON audit (technician_id, at, id)
    WHERE event = 'login.refused' AND detail NOT LIKE '%"purpose":%';
CREATE INDEX audit_locked ON audit (technician_id, at, id) WHERE event = 'account.locked';
-- How many refusals of an account had no row each (store_audit.c).
CREATE INDEX audit_only_counted ON audit (technician_id, at, id)
    WHERE event IN ('audit.counted', 'account.lock-ended', 'source.refusal-ended');

-- One row.
CREATE TABLE audit_log (
    id BIGINT PRIMARY KEY,              -- 1
    chained BIGINT NOT NULL,            -- events of earlier versions, numbered 1 to chained: leaf 0 is event chained + 1
    origin TEXT NOT NULL,               -- of the checkpoints; '': nothing is sealed yet
    archived BIGINT NOT NULL,           -- the events up to this number are in archives, and not in the table
    archived_digest BYTEA               -- of the last of them; NULL: none
);
INSERT INTO audit_log (id, chained, origin, archived) SELECT 1, COALESCE(max(seq), 0), '', 0 FROM audit;

-- Perfect subtrees with 2^level leaves, of every fourth level (ledger/tree.h); of level 0, those of archived events.
CREATE TABLE audit_node (
    level BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, pos)
);

CREATE TABLE audit_checkpoint (
    size BIGINT PRIMARY KEY,            -- leaves
    note TEXT NOT NULL                  -- signed (ledger/checkpoint.h)
);
