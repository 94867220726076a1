/* device: the phones of a technician: enrolment by a one-time ticket, the key, the token that authenticates
 * its calls. */
#ifndef COUNTERSIGN_AUTH_DEVICE_H
#define COUNTERSIGN_AUTH_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum device_state { DEVICE_ACTIVE, DEVICE_DISABLED, DEVICE_REMOVED };
enum { DEVICE_KEY_BYTES = 65, DEVICE_SIGNATURE_BYTES = 64 };

struct device {
    int64_t id, technician_id;
    struct str name;
    enum device_state state;
    struct str public_key;  /* 65 bytes */
    struct str fingerprint; /* of the key: five groups of four hex digits */
    int64_t created_at, seen_at;
};

/* A one-time ticket for one device, valid for `life` microseconds. *link_out is "PUBLIC_URL/approve/#TICKET":
 * what the QR code holds; the ticket stands behind the # so that no proxy logs it. Audited. */
enum errcode
enrolment_new(struct cx *cx, int64_t technician_id, int64_t life, struct str *link_out) MUST_CHECK;

/* What a phone signs to enrol: "countersign-enrol-v1", the audience (public_url), the ticket, the name: each
 * as assertion_add_line does (challenge.h). Verifies the point, the signature and the ticket, spends the
 * ticket, adds the device, tells the others (audit). ERR_NOT_FOUND: the ticket; ERR_CRYPTO: the key is no
 * point; ERR_DENIED: the signature. */
enum errcode device_enrol(struct cx *cx, struct str ticket, struct str public_key, struct str name,
                          struct str signature, struct device *device_out, struct str *token_out) MUST_CHECK;

/* An active device of an account that is not deleted, by its token. ERR_NOT_FOUND. */
enum errcode device_by_token(struct cx *cx, struct str token, struct device *device_out) MUST_CHECK;
enum errcode device_get(struct cx *cx, int64_t id, struct device *device_out) MUST_CHECK;
/* technician_id 0: all. Removed ones are left out unless asked for. */
enum errcode device_list(struct cx *cx, int64_t technician_id, bool with_removed, struct device **devices_out,
                         size_t *n_out) MUST_CHECK;
enum errcode device_count_active(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;
enum errcode device_rename(struct cx *cx, int64_t id, struct str name) MUST_CHECK;
/* A removed device stays removed (ERR_CONFLICT). When no active device is left, pending challenges fail
 * (challenge.h). */
enum errcode device_set_state(struct cx *cx, int64_t id, enum device_state state) MUST_CHECK;

/* ES256: ECDSA on P-256 with SHA-256, r and s as 32 bytes each (RFC 7518, section 3.4). ERR_CRYPTO when it
 * does not verify or the key is no point on the curve. */
enum errcode
es256_verify(struct cx *cx, struct str public_key, struct str message, struct str signature) MUST_CHECK;
/* ERR_CRYPTO unless the 65 bytes are an uncompressed point on P-256. */
enum errcode es256_check_key(struct cx *cx, struct str public_key) MUST_CHECK;

#endif
