/* SPDX-License-Identifier: Apache-2.0 */
/* acme: the answer to a certificate authority that asks whether this host's name is ours (RFC 8555,
 * section 8.3), from the file that an ACME client has left. */
#ifndef COUNTERSIGN_FRONT_ACME_H
#define COUNTERSIGN_FRONT_ACME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define ACME_FOLDER ".well-known/acme-challenge/"

enum { ACME_TOKEN_MAX = 128, ACME_ANSWER_MAX = 512 };

/* Letters, digits, - and _ (base64url), at most ACME_TOKEN_MAX. */
bool acme_is_token(struct str s);

/* The answer in ACME_FOLDER below the folder `root`, in the arena. No symbolic link is followed, and
 * nothing but an answer to that very token is read out: TOKEN.THUMBPRINT (section 8.1), with or without an
 * end of line. ERR_NOT_FOUND: there is none; ERR_SYNTAX: the file has something else; ERR_IO and errno: it
 * cannot be read. */
enum errcode acme_read(struct arena *a, int root, struct str token, struct str *out) MUST_CHECK;

#endif
