-- SPDX-License-Identifier: Apache-2.0
-- Version 3: what an account has had, what is refused, and what a phone signs beside its answers.

-- Accounts and their ways in.

-- The password alone enrols a phone only while this is 0; an operator's explicit act alone sets it back.
ALTER TABLE technician ADD COLUMN factor_since BIGINT NOT NULL DEFAULT 0; -- when the first second factor was set up
UPDATE technician SET factor_since = CASE WHEN changed_at > 0 THEN changed_at ELSE 1 END
    WHERE totp_sealed IS NOT NULL
       OR EXISTS (SELECT 1 FROM device d WHERE d.technician_id = technician.id)
       OR EXISTS (SELECT 1 FROM recovery_code r WHERE r.technician_id = technician.id)
       OR EXISTS (SELECT 1 FROM enrolment e WHERE e.technician_id = technician.id AND e.used_at <> 0);
-- Accounts that were deleted earlier kept their secrets: as store_wipe.c does it for those that are deleted now.
UPDATE technician SET password_hash = '', password_generation = password_generation + 1, totp_sealed = NULL, totp_last_step = 0
    WHERE deleted_at <> 0;
UPDATE login SET new_password_hash = '' WHERE technician_id IN (SELECT id FROM technician WHERE deleted_at <> 0);
DELETE FROM password_history WHERE technician_id IN (SELECT id FROM technician WHERE deleted_at <> 0);
DELETE FROM recovery_code WHERE technician_id IN (SELECT id FROM technician WHERE deleted_at <> 0);
DELETE FROM enrolment WHERE technician_id IN (SELECT id FROM technician WHERE deleted_at <> 0);
DELETE FROM self_service WHERE device_id IN
    (SELECT d.id FROM device d JOIN technician t ON t.id = d.technician_id WHERE t.deleted_at <> 0);
DELETE FROM notice WHERE device_id IN
    (SELECT d.id FROM device d JOIN technician t ON t.id = d.technician_id WHERE t.deleted_at <> 0);
DELETE FROM passkey WHERE device_id IN
    (SELECT d.id FROM device d JOIN technician t ON t.id = d.technician_id WHERE t.deleted_at <> 0);
DELETE FROM push_subscription WHERE device_id IN
    (SELECT d.id FROM device d JOIN technician t ON t.id = d.technician_id WHERE t.deleted_at <> 0);
UPDATE device SET state = 'removed', public_key = substr(public_key, 1, 0), token_digest = CAST(CAST(id AS TEXT) AS BYTEA)
    WHERE technician_id IN (SELECT id FROM technician WHERE deleted_at <> 0);
ALTER TABLE technician ADD COLUMN push_early_at BIGINT NOT NULL DEFAULT 0; -- the last push sent before its pace allowed
ALTER TABLE technician ADD COLUMN locked_at BIGINT NOT NULL DEFAULT 0; -- by the operator; failures lock in table lockout
ALTER TABLE login ADD COLUMN push_held_at BIGINT NOT NULL DEFAULT 0; -- the first push of it that had to wait
-- What the password that was proved is like, for the policy in force when the login ends; 0 once it has ended.
ALTER TABLE login ADD COLUMN password_length BIGINT NOT NULL DEFAULT 0;   -- at most what a policy can ask for
ALTER TABLE login ADD COLUMN password_strength BIGINT NOT NULL DEFAULT 0;
ALTER TABLE login ADD COLUMN password_known BIGINT NOT NULL DEFAULT 0;    -- or made of the account's own words
-- Of a login under way this is not known: it begins again.
UPDATE login SET expires_at = created_at WHERE state = 'open';

-- Enrolment tickets.

-- A ticket that the password alone had made is good for that password; those of before are void.
ALTER TABLE enrolment ADD COLUMN password_generation BIGINT NOT NULL DEFAULT 0; -- 0: an operator's
ALTER TABLE enrolment ADD COLUMN made_by TEXT NOT NULL DEFAULT ''; -- an actor of the audit; '': of an earlier version

-- Lock-outs. A lock of the operator that was made by an earlier version stays in this table until unlocked.
ALTER TABLE lockout ADD COLUMN account BYTEA;                  -- the account's own key; NULL: of an earlier version
ALTER TABLE lockout ADD COLUMN source TEXT NOT NULL DEFAULT ''; -- address, of IPv6 the /64; '': the account's own row
ALTER TABLE lockout ADD COLUMN technician_id BIGINT NOT NULL DEFAULT 0; -- 0: what strangers are shown (accounts/lockout.h)
ALTER TABLE lockout ADD COLUMN turned_away BIGINT NOT NULL DEFAULT 0; -- attempts since it was locked or refused
ALTER TABLE lockout ADD COLUMN period BIGINT NOT NULL DEFAULT 0; -- which count in a row of the account's it is
ALTER TABLE lockout ADD COLUMN counted BIGINT NOT NULL DEFAULT 0; -- of a source: its failures in the account's count
ALTER TABLE lockout ADD COLUMN refusals BIGINT NOT NULL DEFAULT 0; -- of a source: since the last sign-in from it
ALTER TABLE lockout ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0; -- of a source: the last sign-in from it
CREATE INDEX lockout_of ON lockout (account);
CREATE INDEX lockout_ends ON lockout (locked_until) WHERE locked_until <> 0;

-- Devices.
-- How many changes this phone has signed: what makes the nonces of the next one (accounts/deed.h).
ALTER TABLE device ADD COLUMN deeds BIGINT NOT NULL DEFAULT 0;

-- Sessions.

CREATE INDEX session_idle ON session (ended_at, idle_at);

-- Outbox and audit.

CREATE INDEX outbox_rings ON outbox (device_id) WHERE state = 'waiting' AND notice_id IS NOT NULL;

-- How attempts at an account ended, so that one kind's number does not matter to the others (store_audit.c). A row with
-- a purpose was written behind the right password.
CREATE INDEX audit_granted ON audit (technician_id, seq) WHERE event = 'login.granted';
CREATE INDEX audit_refused_inside ON audit (technician_id, seq)
    WHERE event IN ('login.refused', 'code.refused') AND detail LIKE '%"purpose":%';
CREATE INDEX audit_refused ON audit (technician_id, seq)
    WHERE event = 'login.refused' AND detail NOT LIKE '%"purpose":%';
