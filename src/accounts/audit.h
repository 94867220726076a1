/* SPDX-License-Identifier: Apache-2.0 */
/* audit: the append-only log of relevant events. Each event is written in the transaction of the change that
 * it describes, and reads no other row, so that no writer waits for another. The sealer (ledger/sealer.h)
 * gives it its number and its place in a Merkle tree afterwards; lists are in that order. */
#ifndef COUNTERSIGN_ACCOUNTS_AUDIT_H
#define COUNTERSIGN_ACCOUNTS_AUDIT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_audit.h"

enum audit_event {
#define EVENT(id, name, bound, doc) AUDIT_##id,
#include "accounts/audit.def"
    AUDIT_EVENT_COUNT_
};
/* "login.refused": as the log has it. */
const char *audit_event_name(enum audit_event event);
/* What happened, in the words of audit.def. */
const char *audit_event_doc(enum audit_event event);
/* The reverse of audit_event_name, the first of two with one name; AUDIT_EVENT_COUNT_ for a name of another
 * version. */
enum audit_event audit_event_read(struct str name);

/* The subjects of an event; 0: none. */
struct audit_of {
    int64_t company, technician;
};

/* Appends one event within the open transaction; actor ("system" if null), source and time come from the
 * context. detail: pairs of const char * and struct str, ended by a NULL key; written as a JSON object of
 * strings, without pairs whose value is null; never a secret: audit_append(cx, of, AUDIT_LOGIN_REFUSED,
 * "result", STR_LIT("InvalidPassword"), NULL). An event with the bound TALLY (audit.def) needs a technician,
 * and may be counted in place of written: accounts/tally.h. */
enum errcode audit_append(struct cx *cx, struct audit_of of, enum audit_event event, ...) MUST_CHECK;
/* The same, always written: for audit_append, and for what limits it (accounts/tally.h). detail: the pairs.
 */
enum errcode audit_write(struct cx *cx, struct audit_of of, enum audit_event event, ...) MUST_CHECK;
enum errcode
audit_write_list(struct cx *cx, struct audit_of of, enum audit_event event, va_list detail) MUST_CHECK;

/* Up to `limit` sealed rows after number `after`, in the order of their numbers, of one technician or company
 * (0: all). *rows_out (struct audit_row of store_audit.h) is in the arena. */
enum errcode audit_list(struct cx *cx, struct audit_of of, int64_t after, int64_t limit,
                        struct audit_row **rows_out, size_t *n_out) MUST_CHECK;

/* A number before the first event that is not before that time; 0: there is none before it. Numbers are given
 * in the order of time but for moments, so it is looked for a little earlier. Outside of a transaction, or in
 * one. */
enum errcode audit_number_at(struct cx *cx, int64_t since, int64_t *after_out) MUST_CHECK;

/* What is in archives and not in the database any more (ledger/archive.h): the events up to number `last`;
 * 0: none. before: the time of the oldest one that is left, 0: none is. */
struct audit_archived {
    int64_t last, before;
};
enum errcode audit_archived(struct cx *cx, struct audit_archived *archived_out) MUST_CHECK;

/* Whatever changes a condition of the decision writes an event. Records in the context whose checks must be
 * repeated: the technician of the event; all technicians for one about a company; none for one about neither
 * (an unknown name). audit_append does so for each event that is written, except those with the bounds
 * TALLY and PACE: they change no condition but the state of a challenge, whose challenge_move wakes too. */
void audit_wake(struct cx *cx, struct audit_of of);

/* The same for the sealed rows after *seq, at most `limit`: what other processes have changed. Advances *seq;
 * a negative *seq means that the log was not followed before, and all are affected. *more_out: there may be
 * more rows. */
enum errcode audit_follow(struct cx *cx, int64_t limit, int64_t *seq, bool *more_out) MUST_CHECK;

/* A member of the row's detail, in the arena; null: it has no such member. */
struct str audit_detail(struct cx *cx, const struct audit_row *row, const char *key);

#endif
