-- SPDX-License-Identifier: Apache-2.0
-- Version 4: what is kept for each account is bounded.

-- Accounts and their ways in.

-- What a new password was judged by when it was seen (accounts/password.h); NULL: of an earlier version, judged by nothing of now.
ALTER TABLE login ADD COLUMN new_password_context BYTEA;
-- The accounts of a company in the order of their addresses, for pages of them.
CREATE INDEX technician_in_company ON technician (company_id, email_key);
DROP INDEX technician_company;

-- Of the logins of an account and a source that led to no push and no session, the newest are kept (signin/attempt.c).
ALTER TABLE login ADD COLUMN network TEXT NOT NULL DEFAULT ''; -- of the source: the address, of IPv6 the /64
UPDATE login SET network = source WHERE source NOT LIKE '%:%'; -- the others are gone within a day
CREATE INDEX login_in_vain ON login (technician_id, network, created_at) WHERE result_session_id IS NULL;

-- An account has one push that waits, whatever runs side by side.
UPDATE challenge SET state = 'cancelled' WHERE state = 'pending' AND EXISTS
    (SELECT 1 FROM challenge c WHERE c.technician_id = challenge.technician_id AND c.state = 'pending' AND c.id > challenge.id);
CREATE UNIQUE INDEX challenge_pending ON challenge (technician_id) WHERE state = 'pending';

-- Any account's seed: whether the server's key is the one that sealed it (store_meta.c).
CREATE INDEX technician_seed ON technician (id) WHERE totp_sealed IS NOT NULL;

-- Devices and notices.

-- Notices that are alike are one row (accounts/notice.c). Those of an earlier version join at the next one of their kind.
ALTER TABLE notice ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
ALTER TABLE notice ADD COLUMN since BIGINT NOT NULL DEFAULT 0; -- when the first of them was made; created_at: the last
UPDATE notice SET since = created_at;

-- Sessions.

-- Not 0: begun with a second factor. Of a session of before, its grant in the audit log says so; without one, 0.
ALTER TABLE session ADD COLUMN second_factor BIGINT NOT NULL DEFAULT 0;
UPDATE session SET second_factor = 1 WHERE ended_at = 0 AND EXISTS
    (SELECT 1 FROM audit a WHERE a.technician_id = session.technician_id AND a.event = 'login.granted'
        AND a.detail LIKE '%"login":"' || CAST(session.login_id AS TEXT) || '",%'
        AND (a.detail LIKE '%,"method":"push",%' OR a.detail LIKE '%,"method":"totp",%'
            OR a.detail LIKE '%,"method":"recovery",%'));

-- The live ones are found by the time until which they may be silent: those that ended unnoticed are not walked.
DROP INDEX session_company;
DROP INDEX session_technician;
DROP INDEX session_idle;
CREATE INDEX session_company ON session (company_id, idle_at) WHERE ended_at = 0;
CREATE INDEX session_technician ON session (technician_id, idle_at) WHERE ended_at = 0;
CREATE INDEX session_idle ON session (idle_at) WHERE ended_at = 0;

-- Outbox and audit.

ALTER TABLE outbox ADD COLUMN claimed BIGINT NOT NULL DEFAULT 0; -- not 0: next_at is when the claim of a worker ends
CREATE INDEX outbox_claimed ON outbox (claimed) WHERE claimed <> 0;

CREATE INDEX audit_locked ON audit (technician_id, seq) WHERE event = 'account.locked'; -- who locked it, and when

-- How often something happened that those can cause who have not got in (accounts/tally.h).
CREATE TABLE tally (
    technician_id BIGINT NOT NULL REFERENCES technician (id),
    event TEXT NOT NULL,                -- audit.def
    source TEXT NOT NULL,               -- address, of IPv6 the /64; '': of all together
    company_id BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    written BIGINT NOT NULL,            -- rows of the audit log since then
    counted BIGINT NOT NULL,            -- without a row
    PRIMARY KEY (technician_id, event, source)
);
CREATE INDEX tally_age ON tally (began_at);
