-- SPDX-License-Identifier: Apache-2.0
-- Version 6: alarms.

-- Alarms.

-- What an operator should know at once: raised once and cleared once, whichever server sees the cause (accounts/alarm.h).
CREATE TABLE alarm (
    id BIGINT PRIMARY KEY,
    class TEXT NOT NULL,                -- accounts/alarm.def
    subject TEXT NOT NULL,              -- of a class, one alarm stands for each
    detail TEXT NOT NULL,               -- a sentence for people, without names of people
    raised_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,            -- when its cause was last seen; at most an hour late
    cleared_at BIGINT NOT NULL          -- 0: it stands
);
CREATE UNIQUE INDEX alarm_standing ON alarm (class, subject) WHERE cleared_at = 0;
CREATE INDEX alarm_raised ON alarm (raised_at, id) WHERE cleared_at = 0;
CREATE INDEX alarm_seen ON alarm (seen_at) WHERE cleared_at = 0;
CREATE INDEX alarm_cleared ON alarm (cleared_at) WHERE cleared_at > 0;

-- The courier also delivers alarms. A letter about an alarm that was cleared is as old as that, or younger.
CREATE TABLE outbox_6 (
    id BIGINT PRIMARY KEY,
    challenge_id BIGINT REFERENCES challenge (id),
    notice_id BIGINT REFERENCES notice (id) ON DELETE CASCADE, -- what was seen rings no more
    alarm_id BIGINT REFERENCES alarm (id) ON DELETE CASCADE,
    device_id BIGINT,
    transport TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    claimed BIGINT NOT NULL DEFAULT 0,  -- not 0: by whom; next_at is when the claim ends
    CHECK (CASE WHEN challenge_id IS NULL THEN 0 ELSE 1 END + CASE WHEN notice_id IS NULL THEN 0 ELSE 1 END
        + CASE WHEN alarm_id IS NULL THEN 0 ELSE 1 END = 1)
);
INSERT INTO outbox_6 (id, challenge_id, notice_id, device_id, transport, state, attempts, next_at, created_at, expires_at, claimed)
    SELECT id, challenge_id, notice_id, device_id, transport, state, attempts, next_at, created_at, expires_at, claimed FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_6 RENAME TO outbox;
CREATE INDEX outbox_next ON outbox (state, next_at);
CREATE INDEX outbox_challenge ON outbox (challenge_id);
CREATE INDEX outbox_notice ON outbox (notice_id);
CREATE INDEX outbox_alarm ON outbox (alarm_id) WHERE alarm_id IS NOT NULL;
CREATE INDEX outbox_rings ON outbox (device_id) WHERE state = 'waiting' AND notice_id IS NOT NULL;
CREATE INDEX outbox_claimed ON outbox (claimed) WHERE claimed <> 0;
