/* SPDX-License-Identifier: Apache-2.0 */
/* sweep: one operation, again and again, with its first, second, third ... call failing, until no call
 * fails any more. Each time nothing is granted without proof, and the database is in a state that the run
 * without failures commits as well. FAULTS_ONLY in the environment: the one scenario of that name. */
#ifndef COUNTERSIGN_TESTS_SWEEP_H
#define COUNTERSIGN_TESTS_SWEEP_H

#include "tests/unit/signin/world.h"

#include "contract/call.h"
#include "contract/ct.h"

/* What is run: set by a scenario's `prepare`, once; strings are kept by the world. */
struct sweep_stage {
    struct world *w;
    struct call call;
    enum errcode (*work)(struct sweep_stage *s); /* a function of the domain; NULL: the operation */
    int64_t id;                                  /* the work's own */
    enum ct_op_id op;
    _Alignas(max_align_t) unsigned char in[512], out[512]; /* its structs */
};

struct sweep_scenario {
    const char *name;
    void (*prepare)(struct sweep_stage *s);
    const char *result; /* of the untouched run, without its prefix; of work: NULL */
    bool grants;        /* that result lets somebody in, or further */
};

/* The rest of a main: a test for each scenario. It fails, and names the call, where one of those rules is
 * broken. */
int sweep_all(const struct sweep_scenario *scenarios, size_t n);

/* Texts that outlive a request. */
struct str sweep_kept(struct sweep_stage *s, struct str text);
struct str sweep_text64(struct sweep_stage *s, struct str bytes);
/* Enrols a second phone in place of the first; its token. */
struct str sweep_phone(struct sweep_stage *s);
/* Has that phone sign the operation as a change (deed.h). */
void sweep_sign(struct sweep_stage *s);
/* Chooses the operation; its `in`, to be filled. */
#define SWEEP_IN(s, type) ((struct type##_in *)(void *)((s)->op = CT_OP_##type, (s)->in))

#endif
