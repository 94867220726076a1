/* SPDX-License-Identifier: Apache-2.0 */
/* ops_device: what the phone's operations share. */
#ifndef COUNTERSIGN_OPS_OPS_DEVICE_H
#define COUNTERSIGN_OPS_OPS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/deed.h"
#include "accounts/device.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "contract/ct.h"

/* Decodes base64url, in the arena; null when it is malformed. */
struct str ops_binary(struct cx *cx, struct str text);
/* Members that must be sent together or not at all. False: some are missing, or are not base64url. */
bool ops_binaries(struct cx *cx, const struct str *texts, struct str *const *bytes, size_t n);
struct str ops_id(struct cx *cx, int64_t id);

/* A member of the operation, which must exist; a boolean is "true" or "false". */
struct str ops_member(enum ct_op_id op, const void *in, struct str name);
/* What the device sends with a change: the statement consists of every member of the operation except
 * sDeviceToken, sNonce and sSignature, in the order of ops.def. False: sNonce or sSignature is missing or
 * malformed. */
bool ops_deed(struct cx *cx, enum ct_op_id op, const void *in, const struct device *d, struct deed *deed_out);
enum DeviceRet ops_deed_result(enum deed_result result);

#endif
