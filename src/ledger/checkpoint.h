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
#include "crypto/ed25519.h"

enum {
    CHECKPOINT_MAX = 64 * 1024, /* bytes of a note, with the signatures of others */
    CHECKPOINT_KEY_ID = 4       /* bytes */
};

struct checkpoint {
    struct str origin; /* also the name of the key */
    int64_t size;
    struct digest root;
};

/* Who signs, as c2sp.org/signed-note has it. typed: the key's type and the key. */
struct checkpoint_signer {
    struct str name;
    unsigned char id[CHECKPOINT_KEY_ID], typed[1 + ED25519_PUBLIC];
};

/* What a log that begins now is called: the server's public address without its scheme, and "/audit". */
struct str checkpoint_origin(struct cx *cx);
/* The key as verifiers take it: name+hash+key, in the arena. */
struct str checkpoint_key(struct cx *cx, struct str origin);
/* Reads such a key; *out has views of the text. ERR_SYNTAX. */
enum errcode checkpoint_key_read(struct cx *cx, struct str text, struct checkpoint_signer *out) MUST_CHECK;
/* The note, in the arena. */
struct str checkpoint_sign(struct cx *cx, const struct checkpoint *c);
/* Reads a note that this server's key has signed; further signatures are ignored. *out has views of the note.
 * ERR_SYNTAX: it is not a checkpoint; ERR_CRYPTO: this key has not signed it. */
enum errcode checkpoint_read(struct cx *cx, struct str note, struct checkpoint *out) MUST_CHECK;
/* The same for the key of `by`; NULL: this server's. */
enum errcode checkpoint_read_by(struct cx *cx, const struct checkpoint_signer *by, struct str note,
                                struct checkpoint *out) MUST_CHECK;

#endif
