/* SPDX-License-Identifier: Apache-2.0 */
/* store_code: the sealed seeds of codes, and recovery codes. */
#ifndef COUNTERSIGN_STORE_STORE_CODE_H
#define COUNTERSIGN_STORE_STORE_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* *sealed_out is null if there is none. ERR_NOT_FOUND: the account. */
enum errcode store_totp_get(struct cx *cx, int64_t technician_id, struct str *sealed_out,
                            int64_t *last_step_out) MUST_CHECK;
/* Sets a new seed (null: none), whose steps start over. */
enum errcode store_totp_set(struct cx *cx, int64_t technician_id, struct str sealed) MUST_CHECK;
/* Replaces the last used step; *won_out false: another call replaced it first. */
enum errcode store_totp_step(struct cx *cx, int64_t technician_id, int64_t last_step, int64_t step,
                             bool *won_out) MUST_CHECK;

enum errcode store_recovery_clear(struct cx *cx, int64_t technician_id) MUST_CHECK;
enum errcode store_recovery_add(struct cx *cx, int64_t technician_id, const struct digest *digest) MUST_CHECK;
/* *won_out false: no such code, or already used. */
enum errcode store_recovery_spend(struct cx *cx, int64_t technician_id, const struct digest *digest,
                                  bool *won_out) MUST_CHECK;
enum errcode store_recovery_count(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;

#endif
