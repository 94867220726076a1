/* SPDX-License-Identifier: Apache-2.0 */
/* ct: the contract as C types and as tables to walk, both made from enums.def, types.def, callers.def and
 * ops.def.
 *
 * For an operation OP there are struct OP_in, struct OP_out (with `result` first), enum value CT_OP_OP and a
 * row of ct_ops. From the rows of device_pending, for example, the preprocessor makes
 *
 *     struct device_pending_in {
 *         unsigned char unused_;
 *         struct str sDeviceToken;
 *     };
 *     struct device_pending_out {
 *         enum DeviceRet result;
 *         struct ct_array aChallenges;
 *         struct ct_array aNotices;
 *     };
 *
 * and in ct.c a table of the same members with their names, kinds and offsets, which the walkers read.
 * Strings are null when absent; a struct's strings are in the arena of the code that decoded it.
 * Walkers: ct_xml (SOAP bodies), ct_wire (frames), ct_json (the device API). */
#ifndef COUNTERSIGN_CONTRACT_CT_H
#define COUNTERSIGN_CONTRACT_CT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define CT_NAMESPACE "http://microsoft.com/webservices/"
#define CT_SERVICE "TechnicianConsole"
#define CT_PATH "/WebServices/TechnicianConsole.asmx"

enum ct_kind { CT_STRING, CT_BOOLEAN, CT_UNSIGNED_BYTE, CT_INT, CT_ENUM, CT_ARRAY };
enum ct_face { CT_FACE_SOAP, CT_FACE_JSON, CT_FACE_ADMIN, CT_FACE_SANDBOX };
enum ct_lane { CT_LANE_FAST, CT_LANE_SLOW };
enum ct_pace { CT_PACE_ONCE, CT_PACE_WAITS };

#define ENUM_BEGIN(type, prefix, doc) enum type {
#define ENUM_VALUE(type, prefix, name, doc) prefix##_##name,
#define ENUM_END(type, prefix) \
    prefix##_COUNT_            \
    }                          \
    ;
#include "contract/enums.def"

struct ct_array {
    void *items; /* an array of the element struct, in the arena */
    size_t n;
    bool is_null; /* omitted from the message altogether */
};

#define CT_C_string struct str
#define CT_C_boolean bool
#define CT_C_unsignedByte uint8_t
#define CT_C_int int32_t
#define CT_C_days int32_t /* -1: there is nothing to count */

#define TYPE_BEGIN(type, doc) struct type {
#define MEMBER(type, kind, name, doc) CT_C_##kind name;
#define TYPE_END(type) \
    }                  \
    ;
#include "contract/types.def"

#define OP_BEGIN(op, ret, face, lane, caller, pace, doc) \
    struct op##_in {                                     \
        unsigned char unused_;
#define IN(op, kind, name, doc) CT_C_##kind name;
#define OP_OUT(op, ret) \
    }                   \
    ;                   \
    struct op##_out {   \
        enum ret result;
#define OUT(op, kind, name, doc) CT_C_##kind name;
#define OUT_ARRAY(op, of, name, doc) struct ct_array name;
#define OP_END(op) \
    }              \
    ;
#include "contract/ops.def"

#define OP_BEGIN(op, ret, face, lane, caller, pace, doc) CT_OP_##op,
enum ct_op_id {
#include "contract/ops.def"
    CT_OP_COUNT_
};

#define CALLER(name, before, proof, absent, foreign, expired, brings, checked) CT_CALLER_##name,
enum ct_caller_id {
#include "contract/callers.def"
    CT_CALLER_COUNT_
};

struct ct_enum_value {
    struct str name; /* as written: "loginTwoFactorRet_OK" */
    struct str bare; /* "OK" */
    const char *doc;
};

struct ct_enum {
    const char *type;
    const char *prefix;
    const char *doc;
    const struct ct_enum_value *values;
    size_t n;
};

struct ct_type;

struct ct_field {
    struct str name;
    enum ct_kind kind;
    int32_t blank;            /* CT_INT: what it says where nothing is known */
    size_t offset;            /* in the struct */
    const struct ct_enum *en; /* CT_ENUM */
    const struct ct_type *of; /* CT_ARRAY: the item's type */
    const char *doc;
};

struct ct_type {
    struct str name;
    const char *doc;
    const struct ct_field *fields;
    size_t n;
    size_t size;
};

/* The columns of callers.def. */
struct ct_caller {
    struct str name;
    enum ct_caller_id before;
    unsigned proof; /* of enum cx_proof */
    const char *absent, *foreign, *expired;
    const char *brings, *checked;
};

struct ct_op {
    struct str name;
    enum ct_op_id id;
    enum ct_face face;
    enum ct_lane lane;
    enum ct_caller_id caller;
    enum ct_pace pace;
    const char *doc;
    struct ct_type in;  /* in.name is the operation's name */
    struct ct_type out; /* out.fields[0] is the Result, named OPResult for SOAP and "result" for JSON */
};

/* ct_enum_LoginV2 and so on. */
#define ENUM_BEGIN(type, prefix, doc) extern const struct ct_enum ct_enum_##type;
#include "contract/enums.def"

extern const struct ct_caller ct_callers[CT_CALLER_COUNT_];
extern const struct ct_op ct_ops[CT_OP_COUNT_];
/* Ordinal comparison; NULL if that face has no such operation. */
const struct ct_op *ct_op_find(struct str name, enum ct_face face);
/* Whether an Idempotency-Key is honoured. */
bool ct_op_takes_key(const struct ct_op *op);
/* Makes an out struct one that knows nothing: UnknownError, arrays null, numbers blank. */
void ct_blank(const struct ct_op *op, void *out);
/* The value of an out struct's result. */
int ct_result(const struct ct_op *op, const void *out);
/* The written name of an enumeration's value, or null when it has none. */
struct str ct_enum_name(const struct ct_enum *e, int value);
/* The value whose name without the prefix is `bare`; -1: none. */
int ct_enum_find(const struct ct_enum *e, struct str bare);

#endif
