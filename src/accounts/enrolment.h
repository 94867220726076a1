/* SPDX-License-Identifier: Apache-2.0 */
/* enrolment: one-time links, each of which enrols one phone: who makes them, which are open, and what
 * voids them. How a phone uses one is in device.h. Only the digest of a link's ticket is stored. */
#ifndef COUNTERSIGN_ACCOUNTS_ENROLMENT_H
#define COUNTERSIGN_ACCOUNTS_ENROLMENT_H

#include <stddef.h>
#include <stdint.h>

#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_device.h"

/* A one-time ticket for one device, valid for `life` microseconds. *link_out is
 * "PUBLIC_URL/approve/#TICKET", the content of the QR code; the ticket is after the # so that no proxy
 * logs it. In its own transaction, audited. ERR_NOT_FOUND also for a deleted account; ERR_LIMIT: it has
 * DEVICES_MAX active devices. */
enum errcode
enrolment_new(struct cx *cx, int64_t technician_id, int64_t life, struct str *link_out) MUST_CHECK;
/* The same within the open transaction; t is as read in it. */
enum errcode enrolment_new_within(struct cx *cx, const struct technician *t, int64_t life,
                                  struct str *link_out) MUST_CHECK;
/* The same for a person who proved only the password, within the open transaction that allowed it; t is as
 * read in it. Valid only while the account has never had a second factor, its password is that of t, and
 * the account can be used (AT_SELF of decide.h). At most ENROLMENT_SELF_MAX are open: a new one replaces
 * the oldest. */
enum { ENROLMENT_SELF_MAX = 5 };
enum errcode enrolment_new_self_within(struct cx *cx, const struct technician *t, int64_t life,
                                       struct str *link_out) MUST_CHECK;
/* Within the open transaction: ERR_NOT_FOUND if a self-made ticket of this account is not valid now. */
enum errcode enrolment_check_self(struct cx *cx, int64_t technician_id) MUST_CHECK;

/* The open links of an account, oldest first, in the arena; never a ticket. */
enum errcode enrolment_list(struct cx *cx, int64_t technician_id, struct enrolment_link **links_out,
                            size_t *n_out) MUST_CHECK;
/* Voids the open links of an account, in its own transaction, audited. *n_out: how many there were. */
enum errcode enrolment_cancel(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;
/* Within the open transaction: the same for an account, or for all accounts of a company. */
enum errcode
enrolment_void(struct cx *cx, const struct technician *t, const char *reason, int64_t *n_out) MUST_CHECK;
enum errcode enrolment_void_company(struct cx *cx, int64_t company_id, const char *reason) MUST_CHECK;

/* Housekeeping: removes tickets that ended a week ago, at most `limit`; *more_out: call again. */
enum errcode enrolment_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
