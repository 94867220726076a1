-- SPDX-License-Identifier: Apache-2.0
-- Version 4: what is kept for each account is bounded.

-- Accounts and their ways in.

-- Devices and notices.

-- Sessions.

-- Outbox and audit.
