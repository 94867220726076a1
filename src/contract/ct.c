/* SPDX-License-Identifier: Apache-2.0 */
/* ct: the contract's tables, generated from the three lists. Not here: code that walks them. */
#include "contract/ct.h"

#include <string.h>

#include "base/cx.h"

#define ENUM_BEGIN(type, prefix, doc) static const struct ct_enum_value values_##type[] = {
#define ENUM_VALUE(type, prefix, name, doc) {STR(#prefix "_" #name), STR(#name), doc},
#define ENUM_END(type, prefix) \
    }                          \
    ;
#include "contract/enums.def"

#define ENUM_BEGIN(type, prefix, doc) \
    const struct ct_enum ct_enum_##type = {#type, #prefix, doc, values_##type, prefix##_COUNT_};
#include "contract/enums.def"

#define KIND_string CT_STRING
#define KIND_boolean CT_BOOLEAN
#define KIND_unsignedByte CT_UNSIGNED_BYTE
#define KIND_int CT_INT
#define KIND_days CT_INT

#define BLANK_string 0
#define BLANK_boolean 0
#define BLANK_unsignedByte 0
#define BLANK_int 0
#define BLANK_days (-1)

#define FIELD(owner, kind, name, doc) \
    {STR(#name), KIND_##kind, BLANK_##kind, offsetof(struct owner, name), NULL, NULL, doc},
#define FIELD_ARRAY(owner, of, name, doc) \
    {STR(#name), CT_ARRAY, 0, offsetof(struct owner, name), NULL, &type_##of, doc},
/* A struct may have no members and an array must: each list ends in a row that is not counted. */
#define FIELDS_END          \
    {                       \
        .name = { NULL, 0 } \
    }
#define FIELDS_COUNT(fields) (ARRAY_LEN(fields) - 1)

#define TYPE_BEGIN(type, doc) static const struct ct_field fields_##type[] = {
#define MEMBER(type, kind, name, doc) FIELD(type, kind, name, doc)
#define TYPE_END(type) \
    FIELDS_END         \
    }                  \
    ;
#include "contract/types.def"

#define TYPE_BEGIN(type, doc)                                                                               \
    static const struct ct_type type_##type = {STR(#type), doc, fields_##type, FIELDS_COUNT(fields_##type), \
                                               sizeof(struct type)};
#include "contract/types.def"

#define CALLER(name, before, proof, absent, foreign, expired, brings, checked) \
    {STR(#name), CT_CALLER_##before, CX_PROOF_##proof, absent, foreign, expired, brings, checked},
const struct ct_caller ct_callers[CT_CALLER_COUNT_] = {
#include "contract/callers.def"
};

/* The face of an operation is given in its first row, and needed in the row where its outputs begin. */
#define OP_BEGIN(op, ret, face, lane, caller, pace, doc) IS_SOAP_##op = CT_FACE_##face == CT_FACE_SOAP,
enum {
#include "contract/ops.def"
};

#define RESULT_NAME(op)                                                                                     \
    {                                                                                                       \
        IS_SOAP_##op ? #op "Result" : "result", (IS_SOAP_##op ? sizeof(#op "Result") : sizeof "result") - 1 \
    }

#define OP_BEGIN(op, ret, face, lane, caller, pace, doc) static const struct ct_field in_##op[] = {
#define IN(op, kind, name, doc) FIELD(op##_in, kind, name, doc)
#define OP_OUT(op, ret)                                                                                  \
    FIELDS_END                                                                                           \
    }                                                                                                    \
    ;                                                                                                    \
    static const struct ct_field out_##op[] = {{RESULT_NAME(op), CT_ENUM, 0,                             \
                                                offsetof(struct op##_out, result), &ct_enum_##ret, NULL, \
                                                "What became of the call."},
#define OUT(op, kind, name, doc) FIELD(op##_out, kind, name, doc)
#define OUT_ARRAY(op, of, name, doc) FIELD_ARRAY(op##_out, of, name, doc)
#define OP_END(op) \
    FIELDS_END     \
    }              \
    ;
#include "contract/ops.def"

#define OP_BEGIN(op, ret, face, lane, caller, pace, doc)                      \
    {STR(#op),                                                                \
     CT_OP_##op,                                                              \
     CT_FACE_##face,                                                          \
     CT_LANE_##lane,                                                          \
     CT_CALLER_##caller,                                                      \
     CT_PACE_##pace,                                                          \
     doc,                                                                     \
     {STR(#op), doc, in_##op, FIELDS_COUNT(in_##op), sizeof(struct op##_in)}, \
     {STR(#op "Response"), doc, out_##op, FIELDS_COUNT(out_##op), sizeof(struct op##_out)}},
const struct ct_op ct_ops[CT_OP_COUNT_] = {
#include "contract/ops.def"
};

bool
ct_op_takes_key(const struct ct_op *op)
{
#define OP_KEYED(op) [CT_OP_##op] = true,
    static const bool keyed[CT_OP_COUNT_] = {
#include "contract/ops.def"
    };
    return keyed[op->id];
}

const struct ct_op *
ct_op_find(struct str name, enum ct_face face)
{
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        if (ct_ops[i].face == face && str_eq(ct_ops[i].name, name))
            return &ct_ops[i];
    }
    return NULL;
}

void
ct_blank(const struct ct_op *op, void *out)
{
    memset(out, 0, op->out.size);
    for (size_t i = 0; i < op->out.n; i++) {
        const struct ct_field *field = &op->out.fields[i];
        void *at = (unsigned char *)out + field->offset;
        if (field->kind == CT_ARRAY)
            ((struct ct_array *)at)->is_null = true;
        else if (field->kind == CT_INT)
            *(int32_t *)at = field->blank;
    }
}

int
ct_result(const struct ct_op *op, const void *out)
{
    return *(const int *)(const void *)((const unsigned char *)out + op->out.fields[0].offset);
}

struct str
ct_enum_name(const struct ct_enum *e, int value)
{
    if (value < 0 || (size_t)value >= e->n)
        return STR_NULL;
    return e->values[value].name;
}

int
ct_enum_find(const struct ct_enum *e, struct str bare)
{
    for (size_t i = 0; i < e->n; i++) {
        if (str_eq(e->values[i].bare, bare))
            return (int)i;
    }
    return -1;
}
