/* SPDX-License-Identifier: Apache-2.0 */
/* stage: one account in the middle of everything, and each operation that touches it, ready to run: with
 * right tokens, codes and signatures of one moment. */
#ifndef COUNTERSIGN_TESTS_RACES_STAGE_H
#define COUNTERSIGN_TESTS_RACES_STAGE_H

#include "tests/unit/signin/world.h"

#include "contract/call.h"
#include "contract/ct.h"

enum { ACTS_MAX = 96, RESULT_MAX = 64 };

struct stage;

/* One operation of the wire, or a deed of housekeeping (work). */
struct act {
    const char *name;
    enum errcode (*work)(struct cx *cx, const struct stage *s); /* NULL: the operation */
    enum ct_op_id op;
    struct str session; /* the cookie that comes with it */
    bool is_operators;  /* with the operator's cookie, and a key (Idempotency-Key) or null */
    struct str key;
    _Alignas(max_align_t) unsigned char in[512];
};

/* Where the account's push stands. */
enum stage_of { STAGE_PENDING, STAGE_APPROVED, STAGES_ };

struct stage {
    struct world *w;
    struct handset phones[2], third; /* enrolled; not yet */
    struct str tokens[2];            /* of the phones */
    struct str totp, recovery;       /* codes that are good once */
    struct str logins[3];            /* of the first a push was sent */
    struct str push, number;
    struct challenge_view shown;
    int64_t challenge, session;
    struct str operator_session;
    struct act acts[ACTS_MAX];
    size_t n;
};

/* In the world's store. */
void stage_prepare(struct stage *s, struct world *w, enum stage_of of);
void stage_clear(struct stage *s);

/* For those who fill it: one more act, and its members. */
struct act *stage_add(struct stage *s, const char *name);
static inline void *
stage_in(struct act *a, enum ct_op_id op)
{
    a->op = op;
    return a->in;
}
#define STAGE_IN(a, type) ((struct type##_in *)stage_in((a), CT_OP_##type))
/* What operators and housekeeping do (stage_operators.c). */
void stage_add_operators(struct stage *s);
enum errcode stage_run_once(struct cx *cx, const struct stage *s, const struct act *a, void *out);

/* Runs it once, as a worker does, with up to five tries where it loses a race; its result by name. */
void stage_run(struct cx *cx, const struct stage *s, const struct act *a, char result_out[RESULT_MAX]);

#endif
