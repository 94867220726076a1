-- SPDX-License-Identifier: Apache-2.0
-- Version 7: operators.

-- Operators.

-- By which token a token was made, so that it ends with that one. NULL: not by a token, or before version 7. A program
-- of version 6 would revoke the one without the others: so it does not work with this schema.
ALTER TABLE operator_token ADD COLUMN maker_id BIGINT;
CREATE INDEX operator_token_made ON operator_token (maker_id) WHERE revoked_at = 0;

-- What was carried out under an Idempotency-Key, which is not stored (accounts/operator_once.h).
CREATE TABLE operator_request (
    id BIGINT PRIMARY KEY,              -- by chance
    holder_id BIGINT NOT NULL,          -- operator.id or operator_token.id
    key_digest BYTEA NOT NULL,          -- an HMAC
    request_digest BYTEA NOT NULL,      -- an HMAC of the operation and its members
    created_at BIGINT NOT NULL,
    answer BYTEA NOT NULL               -- sealed
);
CREATE UNIQUE INDEX operator_request_key ON operator_request (holder_id, key_digest);
CREATE INDEX operator_request_of ON operator_request (holder_id, created_at);
CREATE INDEX operator_request_age ON operator_request (created_at);
