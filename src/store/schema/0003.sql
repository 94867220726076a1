-- Version 3: what an account has had, what is refused, and what a phone signs beside its answers.

-- Accounts and their ways in.

-- Enrolment tickets.

-- Lock-outs.

-- Devices.

-- Sessions.

-- Outbox and audit.
