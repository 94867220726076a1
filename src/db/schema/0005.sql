-- SPDX-License-Identifier: Apache-2.0
-- Version 5: several servers on one database; a log that proves itself; operators.

-- Accounts and their ways in.

-- Devices and notices.

-- Sessions.

-- Outbox and news.

-- Operators.

-- The audit log.
