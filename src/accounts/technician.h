/* SPDX-License-Identifier: Apache-2.0 */
/* technician: the account, and how it is found. struct technician is store_technician.h's. What changes it:
 * technician_change.h. */
#ifndef COUNTERSIGN_ACCOUNTS_TECHNICIAN_H
#define COUNTERSIGN_ACCOUNTS_TECHNICIAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_technician.h"
#include "store/store_technician_page.h"

/* The form in which accounts are looked up: NFKC, case-folded, trimmed; null when it cannot be an address
 * (no @, control characters, over 254 bytes, not UTF-8). */
struct str email_key(struct cx *cx, struct str email);
/* The same for a new account; null, too, where the address as it is written (*written_out: trimmed) is not
 * printable text: what is shown must be what is looked up. */
struct str email_key_of_new(struct cx *cx, struct str email, struct str *written_out);

/* Deleted accounts are found by id, never by address. ERR_NOT_FOUND. */
enum errcode technician_get(struct cx *cx, int64_t id, struct technician *technician_out) MUST_CHECK;
enum errcode technician_find(struct cx *cx, struct str email, struct technician *technician_out) MUST_CHECK;
/* A page of those that an operator looks for, ordered by address; choice->after and choice->search as they
 * are typed, the latter of TECHNICIAN_SEARCH_MAX bytes at most (ERR_SYNTAX): each row costs a time of its
 * length. *more_out: there are others after the last one. */
enum { TECHNICIAN_SEARCH_MAX = 320 /* a whole address: 64 bytes, '@', 255 bytes (RFC 5321, 4.5.3.1) */ };
enum errcode technician_list(struct cx *cx, const struct technician_choice *choice,
                             struct technician **technicians_out, size_t *n_out, bool *more_out) MUST_CHECK;

/* For the domain's own files: begins a transaction and reads the account as it is now; a deleted one is
 * ERR_NOT_FOUND. On an error no transaction is open. */
enum errcode technician_begin_change(struct cx *cx, int64_t id, struct technician *technician_out) MUST_CHECK;

#endif
