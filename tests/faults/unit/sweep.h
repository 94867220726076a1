/* SPDX-License-Identifier: Apache-2.0 */
/* sweep: one operation, again and again, with its first, second, third ... call failing, until it runs
 * untouched. Each time: nothing is granted that was not earned, and the database is in a state that the
 * untouched run commits as well. */
#ifndef COUNTERSIGN_TESTS_SWEEP_H
#define COUNTERSIGN_TESTS_SWEEP_H

#include "tests/unit/signin/world.h"

#include "contract/call.h"
#include "contract/ct.h"

/* What an operation is made with: set by a scenario's `prepare`, once; strings are kept by the world. */
struct sweep_stage {
    struct world *w;
    struct call call;
    enum ct_op_id op;
    _Alignas(max_align_t) unsigned char in[512], out[512]; /* its structs */
};

struct sweep_scenario {
    const char *name;
    void (*prepare)(struct sweep_stage *s);
    const char *result; /* of the untouched run, without its prefix */
    bool grants;        /* that result lets somebody in, or further */
};

/* Fails the test, and names the call, where one of those rules is broken. */
void sweep(const struct sweep_scenario *scenario);

#endif
