-- SPDX-License-Identifier: Apache-2.0
-- Version 4: what is kept for each account is bounded.

-- Accounts and their ways in.

-- What a new password was judged by when it was seen (accounts/password.h); NULL: of an earlier version, judged by nothing of now.
ALTER TABLE login ADD COLUMN new_password_context BYTEA;
-- The accounts of a company in the order of their addresses, for pages of them.
CREATE INDEX technician_in_company ON technician (company_id, email_key);
DROP INDEX technician_company;

-- Devices and notices.

-- Sessions.

-- Not 0: begun with a second factor. Of a session of before, its grant in the audit log says so; without one, 0.
ALTER TABLE session ADD COLUMN second_factor BIGINT NOT NULL DEFAULT 0;
UPDATE session SET second_factor = 1 WHERE ended_at = 0 AND EXISTS
    (SELECT 1 FROM audit a WHERE a.technician_id = session.technician_id AND a.event = 'login.granted'
        AND a.detail LIKE '%"login":"' || CAST(session.login_id AS TEXT) || '",%'
        AND (a.detail LIKE '%,"method":"push",%' OR a.detail LIKE '%,"method":"totp",%'
            OR a.detail LIKE '%,"method":"recovery",%'));

-- Outbox and audit.

ALTER TABLE outbox ADD COLUMN claimed BIGINT NOT NULL DEFAULT 0; -- not 0: next_at is when the claim of a worker ends
CREATE INDEX outbox_claimed ON outbox (claimed) WHERE claimed <> 0;

CREATE INDEX audit_locked ON audit (technician_id, seq) WHERE event = 'account.locked'; -- who locked it, and when
