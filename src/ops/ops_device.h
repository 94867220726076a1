/* ops_device: what the phone's operations share. */
#ifndef COUNTERSIGN_OPS_OPS_DEVICE_H
#define COUNTERSIGN_OPS_OPS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/device.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* base64url, in the arena; null when it is none. */
struct str ops_binary(struct cx *cx, struct str text);
/* Members that come together or not at all. False: some are missing, or are no base64url. */
bool ops_binaries(struct cx *cx, const struct str *texts, struct str *const *bytes, size_t n);
struct str ops_id(struct cx *cx, int64_t id);
/* *known_out false: no active device has this token. Where it is known, it becomes the audit's actor. */
enum errcode ops_device(struct cx *cx, struct str token, struct device *d_out, bool *known_out) MUST_CHECK;

#endif
