/* SPDX-License-Identifier: Apache-2.0 */
/* store_preview: how many rows of a company a change of its policy concerns. Each count reads all accounts of
 * the company. */
#ifndef COUNTERSIGN_STORE_STORE_PREVIEW_H
#define COUNTERSIGN_STORE_STORE_PREVIEW_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

enum errcode store_preview_technicians(struct cx *cx, int64_t company_id, int64_t *n_out) MUST_CHECK;
/* Pending and approved challenges. */
enum errcode store_preview_pushes(struct cx *cx, int64_t company_id, int64_t *n_out) MUST_CHECK;
/* Accounts with neither an active phone nor an authenticator. */
enum errcode store_preview_without_factor(struct cx *cx, int64_t company_id, int64_t *n_out) MUST_CHECK;
/* Accounts that have active phones, none of them with a passkey. */
enum errcode store_preview_without_passkey(struct cx *cx, int64_t company_id, int64_t *n_out) MUST_CHECK;
/* Accounts whose password was set before then. */
enum errcode
store_preview_old_passwords(struct cx *cx, int64_t company_id, int64_t before, int64_t *n_out) MUST_CHECK;

#endif
