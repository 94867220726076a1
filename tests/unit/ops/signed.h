/* SPDX-License-Identifier: Apache-2.0 */
/* signed: the members of a change as a phone sends them. */
#ifndef COUNTERSIGN_TESTS_OPS_SIGNED_H
#define COUNTERSIGN_TESTS_OPS_SIGNED_H

#include "tests/unit/signin/world.h"

#include "base/codec.h"
#include "contract/ct.h"
#include "ops/ops_device.h"

/* A string member of the operation, which must have it. */
static inline struct str *
member_of(enum ct_op_id op, void *in, const char *name)
{
    const struct ct_type *t = &ct_ops[op].in;
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->fields[i].name, str_from_cstr(name)))
            return (struct str *)(void *)((unsigned char *)in + t->fields[i].offset);
    fail();
    return NULL;
}

/* A copy of `in` with the nonce and the signature of the handset; in the arena. */
static inline const void *
signed_in(struct fixture *f, const struct handset *p, enum ct_op_id op, const void *in, struct str nonce)
{
    struct cx *cx = &f->cx;
    struct deed deed;
    void *with = arena_zalloc(&cx->arena, ct_ops[op].in.size);
    memcpy(with, in, ct_ops[op].in.size);
    *member_of(op, with, "sNonce") = str_is_null(nonce) ? STR_LIT("x") : nonce;
    *member_of(op, with, "sSignature") = STR_LIT("AAAA");
    assert_true(ops_deed(cx, op, with, &p->device, &deed));
    struct str raw = phone_sign(f, &p->key, deed.statement);
    *member_of(op, with, "sSignature") = codec_base64url(&cx->arena, raw.p, raw.n);
    return with;
}

#endif
