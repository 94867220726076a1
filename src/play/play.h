/* SPDX-License-Identifier: Apache-2.0 */
/* play: what turns a worker into the worker of a sandbox (countersignd --sandbox): the users of
 * scenarios.def, created again at each of their logins; the steps that lead to their results; their phones;
 * the clock.
 *
 * Nothing here replaces the domain: each step uses the domain's functions that serve all other callers,
 * and the answers come from ops/. Linked into countersign-sandbox only: a production worker has none of
 * this. Enter at play_call and play_tick. */
#ifndef COUNTERSIGN_PLAY_PLAY_H
#define COUNTERSIGN_PLAY_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "contract/ct.h"
#include "play/phone.h"

/* A push stays pending for this long before any step: a console sees Poll first, as in real life. */
#define PLAY_DELAY CLOCK_S

enum { PLAY_SEEN = 64 };

struct play {
    struct str store_path;
    struct phone phone;
    int64_t seen[PLAY_SEEN]; /* challenges whose step is done; a ring */
    size_t n_seen;
};

/* Creates the store of a sandbox in an empty folder: the server's key, the database, the key of the
 * phones. ERR_IO, ERR_STORE. */
enum errcode play_make(struct cx *cx, struct str store_path, struct str key_file) MUST_CHECK;

/* Called before the confinement. store_path must outlive it. ERR_IO, ERR_SYNTAX: the phones' key. */
enum errcode play_open(struct cx *cx, struct play *p, struct str store_path) MUST_CHECK;
void play_close(struct play *p);

/* Replaces ops_run: runs the same operation, with the steps of its scenario around it. */
enum errcode
play_call(struct cx *cx, struct play *p, const struct ct_op *op, const void *in, void *out) MUST_CHECK;
/* Called by one worker, about once a second: performs the steps of pending pushes. Errors are logged. */
void play_tick(struct cx *cx, struct play *p);

/* The sandbox's own operations; same interface as a handler of ops.h. */
enum errcode play_own(struct cx *cx, struct play *p, enum ct_op_id op, const void *in, void *out) MUST_CHECK;

#endif
