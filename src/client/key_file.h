/* SPDX-License-Identifier: Apache-2.0 */
/* key_file: what makes this program a phone: a P-256 key, the token of its enrolment, and the server that it
 * belongs to, as JSON in a file that only its owner can read. */
#ifndef COUNTERSIGN_CLIENT_KEY_FILE_H
#define COUNTERSIGN_CLIENT_KEY_FILE_H

#include <jansson.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/p256.h"

struct key_file {
    struct p256_key *key;
    json_t *document; /* owns the memory of the views below */
    struct str url, device, token, account;
};

/* A new key, in memory. */
void key_file_generate(struct key_file *k);
/* Creates the file, mode 0600, empty. ERR_USAGE when it exists (a key is never overwritten), or cannot be
 * created. *fd_out is the caller's. */
enum errcode key_file_create(struct cx *cx, const char *path, int *fd_out) MUST_CHECK;
/* Writes the key and its enrolment durably. ERR_IO. */
enum errcode key_file_write(struct cx *cx, int fd, const struct key_file *k) MUST_CHECK;
/* ERR_USAGE: missing, malformed, owned by another account, or accessible to others. key_file_clear must be
 * called in any case. */
enum errcode key_file_read(struct cx *cx, const char *path, struct key_file *k) MUST_CHECK;
void key_file_clear(struct key_file *k);

#endif
