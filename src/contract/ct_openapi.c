/* SPDX-License-Identifier: Apache-2.0 */
/* ct_openapi: see the header. Each line of the document is one member or one brace, so that two versions can
 * be compared by lines. */
#include "contract/ct_openapi.h"

#include "base/err.h"
#include "base/json.h"

/* What differs between the faces. */
static const struct about {
    const char *title, *description;
    const char *scheme, *scheme_doc; /* of the caller's token */
} about_device = {
    "countersign: the device API",
    "For authors of an approver. docs/device-api.md explains what is signed, and has test vectors.",
    "deviceToken",
    "The token that the enrolment returned. It only reads: what changes something is signed as well.",
};
static const struct about about_admin = {
    "countersign: the operator's API",
    "For operators' automation and their console. docs/operator-api.md explains roles, reach and pages.",
    "operatorToken",
    "A token (countersign token add), or the cookie __Host-countersign_operator of a session.",
};

static const struct {
    struct str result;
    unsigned status;
} statuses[] = {
#define STATUS(result, status, is_failure) {STR(#result), status},
#include "contract/statuses.def"
};

/* Of the operations that make something. */
static const char key_parameter[] =
    "  \"parameters\": {\n"
    "   \"IdempotencyKey\": {\"name\": \"Idempotency-Key\", \"in\": \"header\", \"required\": false, "
    "\"schema\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 130}, \"description\": "
    "\"By chance, such as a UUID. The same request with the same key, within 24 hours, is carried out once "
    "and "
    "answered alike; another request with it is KeyReused (422). What was refused spends no key.\"}\n"
    "  },\n";

static void
text(struct buf *b, const char *s)
{
    json_add_string(b, str_from_cstr(s));
}

/* "A", "B", ... */
static void
names(struct buf *b, const struct ct_enum *e)
{
    for (size_t i = 0; i < e->n; i++) {
        buf_add_cstr(b, i > 0 ? ", " : "");
        json_add_string(b, e->values[i].bare);
    }
}

/* A member's schema, in one line. */
static void
schema_of(struct buf *b, const struct ct_field *f)
{
    static const char *const kinds[] = {
        [CT_STRING] = "\"type\": \"string\"",
        [CT_BOOLEAN] = "\"type\": \"boolean\"",
        [CT_UNSIGNED_BYTE] = "\"type\": \"integer\", \"minimum\": 0, \"maximum\": 255",
        [CT_INT] = "\"type\": \"integer\", \"format\": \"int32\"",
        [CT_ENUM] = "\"type\": \"string\", \"enum\": [",
        [CT_ARRAY] = "\"type\": \"array\", \"items\": {\"$ref\": \"#/components/schemas/",
    };
    buf_addf(b, "{%s", kinds[f->kind]);
    if (f->kind == CT_ENUM) {
        names(b, f->en);
        buf_add_cstr(b, "]");
    }
    if (f->kind == CT_ARRAY)
        buf_addf(b, "%.*s\"}", STR_ARG(f->of->name));
    if (f->doc != NULL) {
        buf_add_cstr(b, ", \"description\": ");
        text(b, f->doc);
    }
    buf_add_cstr(b, "}");
}

static void
properties(struct buf *b, const struct ct_type *t, const char *indent)
{
    buf_addf(b, "%s\"properties\": {", indent);
    for (size_t i = 0; i < t->n; i++) {
        buf_addf(b, "%s\n%s ", i > 0 ? "," : "", indent);
        json_add_string(b, t->fields[i].name);
        buf_add_cstr(b, ": ");
        schema_of(b, &t->fields[i]);
    }
    buf_addf(b, "\n%s}", indent);
}

/* What is always written: a string or an array without a value is omitted. */
static void
required(struct buf *b, const struct ct_type *t, const char *indent)
{
    const char *comma = "";
    buf_addf(b, ",\n%s\"required\": [", indent);
    for (size_t i = 0; i < t->n; i++) {
        if (t->fields[i].kind == CT_STRING || t->fields[i].kind == CT_ARRAY)
            continue;
        buf_add_cstr(b, comma);
        json_add_string(b, t->fields[i].name);
        comma = ", ";
    }
    buf_add_cstr(b, "]");
}

/* /api/device/enrol of device_enrol. */
static void
path_of(struct buf *b, const struct ct_op *op)
{
    buf_add_cstr(b, "/api/");
    for (size_t i = 0; i < op->name.n; i++)
        buf_add_byte(b, op->name.p[i] == '_' ? '/' : (unsigned char)op->name.p[i]);
}

/* The results of one status: "UnknownTicket, UnknownDevice"; none of the operation: nothing is written. */
static bool
results_of(struct buf *b, const struct ct_enum *e, unsigned status)
{
    bool has_any = false;
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        if (statuses[i].status != status || ct_enum_find(e, statuses[i].result) < 0)
            continue;
        buf_addf(b, "%s%.*s", has_any ? ", " : "", STR_ARG(statuses[i].result));
        has_any = true;
    }
    return has_any;
}

/* A status is written once, with all of its results. */
static bool
is_first_of(size_t row)
{
    size_t i = 0;
    while (statuses[i].status != statuses[row].status)
        i++;
    return i == row;
}

static void
responses(struct buf *b, const struct ct_op *op)
{
    const struct ct_enum *e = op->out.fields[0].en;
    buf_add_cstr(b, "    \"responses\": {");
    const char *comma = "";
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        unsigned status = statuses[i].status;
        struct buf results;
        if (!is_first_of(i))
            continue;
        buf_init(&results, 4096);
        if (results_of(&results, e, status)) {
            buf_addf(b,
                     "%s\n     \"%u\": {\"description\": \"%.*s\", \"content\": {\"application/json\": "
                     "{\"schema\": %s{\"$ref\": \"#/components/schemas/%.*s_answer\"}%s}}}",
                     comma, status, STR_ARG(buf_view(&results)), status < 400 ? "" : "{\"anyOf\": [",
                     STR_ARG(op->name),
                     status < 400 ? "" : ", {\"$ref\": \"#/components/schemas/refusal\"}]}");
            comma = ",";
        }
        buf_clear(&results);
    }
    buf_add_cstr(b, comma);
    buf_add_cstr(b, "\n     \"default\": {\"$ref\": \"#/components/responses/Refused\"}\n    }\n");
}

static void
operation(struct buf *b, const struct ct_op *op, const struct about *about)
{
    buf_add_cstr(b, "\n  \"");
    path_of(b, op);
    buf_addf(
        b, "\": {\n   \"post\": {\n    \"operationId\": \"%.*s\",\n    \"description\": ", STR_ARG(op->name));
    text(b, op->doc);
    if (op->caller == CT_CALLER_NOBODY || op->caller == CT_CALLER_TICKET || op->caller == CT_CALLER_CONSOLE ||
        op->caller == CT_CALLER_LINK)
        buf_add_cstr(b, ",\n    \"security\": [],\n");
    else
        buf_addf(b, ",\n    \"security\": [{\"%s\": []}],\n", about->scheme);
    if (ct_op_takes_key(op))
        buf_add_cstr(b, "    \"parameters\": [{\"$ref\": \"#/components/parameters/IdempotencyKey\"}],\n");
    buf_addf(b,
             "    \"requestBody\": {\"required\": true, \"content\": {\"application/json\": {\"schema\": "
             "{\"$ref\": \"#/components/schemas/%.*s\"}}}},\n",
             STR_ARG(op->name));
    responses(b, op);
    buf_add_cstr(b, "   }\n  }");
}

/* Unknown members are refused, and none is required by its form: the operation says which ones it needs. */
static void
request_schema(struct buf *b, const struct ct_op *op)
{
    buf_addf(b, "   \"%.*s\": {\n    \"type\": \"object\",\n    \"additionalProperties\": false,\n",
             STR_ARG(op->name));
    properties(b, &op->in, "    ");
    buf_add_cstr(b, "\n   }");
}

static void
answer_schema(struct buf *b, struct str name, const char *suffix, const struct ct_type *t)
{
    buf_addf(b, "   \"%.*s%s\": {\n    \"type\": \"object\",\n", STR_ARG(name), suffix);
    properties(b, t, "    ");
    required(b, t, "    ");
    buf_add_cstr(b, "\n   }");
}

/* Each type that answers have arrays of, once. */
static void
element_schemas(struct buf *b, enum ct_face face)
{
    const struct ct_type *seen[CT_OP_COUNT_ * 2];
    size_t n = 0;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        for (size_t i = 0; op->face == face && i < op->out.n; i++) {
            const struct ct_type *of = op->out.fields[i].of;
            size_t k = 0;
            while (k < n && seen[k] != of)
                k++;
            if (of == NULL || k < n)
                continue;
            ASSERT(n < ARRAY_LEN(seen));
            seen[n++] = of;
            buf_add_cstr(b, ",\n");
            answer_schema(b, of->name, "", of);
        }
    }
}

/* The member of a refusal that says why: front/face_json.c. */
static const char *
reason_of(enum ct_face face)
{
    return face == CT_FACE_ADMIN ? "sReason" : "reason";
}

static void
schemas(struct buf *b, enum ct_face face)
{
    const char *comma = "";
    buf_addf(
        b,
        "  \"responses\": {\n"
        "   \"Refused\": {\"description\": \"Refused before the operation: for another origin (403), by "
        "its method (405), its length (413) or its type (415), after too many failures (429), or because "
        "the server is busy (503).\", \"content\": {\"application/json\": {\"schema\": "
        "{\"$ref\": \"#/components/schemas/refusal\"}}}}\n  },\n"
        "  \"schemas\": {\n"
        "   \"refusal\": {\n    \"type\": \"object\",\n    \"properties\": {\n"
        "     \"result\": {\"type\": \"string\", \"enum\": [\"BadRequest\", \"TooManyRequests\", "
        "\"UnknownError\"]},\n"
        "     \"%s\": {\"type\": \"string\", \"description\": \"Why not, in words.\"}\n    },\n"
        "    \"required\": [\"result\", \"%s\"]\n   },\n",
        reason_of(face), reason_of(face));
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (op->face != face)
            continue;
        buf_add_cstr(b, comma);
        request_schema(b, op);
        buf_add_cstr(b, ",\n");
        answer_schema(b, op->name, "_answer", &op->out);
        comma = ",\n";
    }
    element_schemas(b, face);
    buf_add_cstr(b, "\n  },\n");
}

void
ct_openapi_write(struct buf *b, enum ct_face face)
{
    const struct about *about = face == CT_FACE_ADMIN ? &about_admin : &about_device;
    const char *comma = "";
    ASSERT(face == CT_FACE_JSON || face == CT_FACE_ADMIN);
    buf_add_cstr(b, "{\n \"openapi\": \"3.1.0\",\n \"info\": {\"title\": ");
    text(b, about->title);
    buf_add_cstr(b, ", \"version\": \"" COUNTERSIGN_VERSION "\", \"description\": ");
    text(b, about->description);
    buf_add_cstr(b, "},\n \"servers\": [{\"url\": \"/\"}],\n \"paths\": {");
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (op->face != face)
            continue;
        buf_add_cstr(b, comma);
        operation(b, op, about);
        comma = ",";
    }
    buf_add_cstr(b, "\n },\n \"components\": {\n");
    if (face == CT_FACE_ADMIN)
        buf_add_cstr(b, key_parameter);
    schemas(b, face);
    buf_addf(b,
             "  \"securitySchemes\": {\"%s\": {\"type\": \"http\", \"scheme\": \"bearer\", \"description\": ",
             about->scheme);
    text(b, about->scheme_doc);
    buf_add_cstr(b, "}}\n }\n}\n");
}
