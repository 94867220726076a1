/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint: a signed statement of the tree's size and root: a note of c2sp.org/tlog-checkpoint and
 * c2sp.org/signed-note, signed with Ed25519 by a key derived from the server's key (keys/env.h). */
#ifndef COUNTERSIGN_LEDGER_CHECKPOINT_H
#define COUNTERSIGN_LEDGER_CHECKPOINT_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

enum { CHECKPOINT_MAX = 64 * 1024 /* bytes of a note, with the signatures of others */ };

struct checkpoint {
    struct str origin; /* also the name of the key */
    int64_t size;
    struct digest root;
};

/* What a log that begins now is called: the server's public address without its scheme, and "/audit". */
struct str checkpoint_origin(struct cx *cx);
/* The key as verifiers take it: name+hash+key, in the arena. */
struct str checkpoint_key(struct cx *cx, struct str origin);
/* The note, in the arena. */
struct str checkpoint_sign(struct cx *cx, const struct checkpoint *c);
/* Reads a note that this server's key has signed; further signatures are ignored. *out has views of the note.
 * ERR_SYNTAX: it is not a checkpoint; ERR_CRYPTO: this key has not signed it. */
enum errcode checkpoint_read(struct cx *cx, struct str note, struct checkpoint *out) MUST_CHECK;

#endif
