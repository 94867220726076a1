/* SPDX-License-Identifier: Apache-2.0 */
/* store_device: the rows of enrolment tickets and of phones. */
#ifndef COUNTERSIGN_STORE_STORE_DEVICE_H
#define COUNTERSIGN_STORE_STORE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

enum device_state { DEVICE_ACTIVE, DEVICE_DISABLED, DEVICE_REMOVED };

struct device {
    int64_t id, technician_id;
    struct str name;
    enum device_state state;
    struct str public_key;  /* 65 bytes */
    struct str fingerprint; /* of the key: made by accounts/device.c, no column */
    int64_t created_at, seen_at;
    bool has_passkey; /* store_passkey.h */
};

/* As in the table and on the command line: "active". */
const char *device_state_name(enum device_state state);

/* One enrolment link, without its ticket. */
struct enrolment_link {
    bool is_self; /* made for a person who proved only the password */
    int64_t created_at, expires_at;
    struct str made_by; /* an actor of the audit log; empty: from an earlier version */
};

/* Also removes tickets of the account that expired unused. self_generation: of the password that alone had
 * it made, and with which it ends; 0: made by an operator. */
enum errcode store_enrolment_insert(struct cx *cx, int64_t technician_id, const struct digest *ticket,
                                    const struct enrolment_link *link, int64_t self_generation) MUST_CHECK;
/* Removes the account's unspent self-made tickets, except the newest `most`. */
enum errcode store_enrolment_keep_self(struct cx *cx, int64_t technician_id, int64_t most) MUST_CHECK;
/* The unspent ones, oldest first, in the arena. */
enum errcode store_enrolment_list(struct cx *cx, int64_t technician_id, struct enrolment_link **links_out,
                                  size_t *n_out) MUST_CHECK;
/* Removes the unspent ones of an account or of a company. */
enum errcode store_enrolment_void(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;
enum errcode store_enrolment_void_company(struct cx *cx, int64_t company_id, int64_t *n_out) MUST_CHECK;
/* For an unspent ticket; otherwise ERR_NOT_FOUND. */
enum errcode store_enrolment_get(struct cx *cx, const struct digest *ticket, int64_t *technician_out,
                                 bool *is_self_out) MUST_CHECK;
/* Spends a ticket that is neither spent nor expired, of an account that is not deleted; otherwise
 * ERR_NOT_FOUND. */
enum errcode store_enrolment_spend(struct cx *cx, const struct digest *ticket, int64_t device_id,
                                   int64_t *technician_out, bool *is_self_out) MUST_CHECK;
/* Removes tickets that expired before then, spent or not. */
enum errcode store_enrolment_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

enum errcode
store_device_insert(struct cx *cx, const struct device *device, const struct digest *token) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode store_device_get(struct cx *cx, int64_t id, struct device *device_out) MUST_CHECK;
/* An active one, of an account that is not deleted. */
enum errcode
store_device_by_token(struct cx *cx, const struct digest *token, struct device *device_out) MUST_CHECK;
/* Oldest first, in the arena. technician_id 0: of all accounts. */
enum errcode store_device_list(struct cx *cx, int64_t technician_id, bool with_removed,
                               struct device **devices_out, size_t *n_out) MUST_CHECK;
enum errcode store_device_count_active(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;
enum errcode store_device_seen(struct cx *cx, int64_t id, int64_t at) MUST_CHECK;
/* The number of changes that it has signed. ERR_NOT_FOUND. */
enum errcode store_device_deeds(struct cx *cx, int64_t id, int64_t *deeds_out) MUST_CHECK;
/* Increments `deeds`; *won_out false: the number had changed by then. */
enum errcode store_device_deed(struct cx *cx, int64_t id, int64_t deeds, bool *won_out) MUST_CHECK;
/* For a device that is not removed; *changed_out false: it is. */
enum errcode store_device_rename(struct cx *cx, int64_t id, struct str name, bool *changed_out) MUST_CHECK;
/* The same. Counts as a change signed by the device, so that no nonce stays valid. */
enum errcode
store_device_set_state(struct cx *cx, int64_t id, enum device_state state, bool *changed_out) MUST_CHECK;

#endif
