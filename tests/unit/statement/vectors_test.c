/* SPDX-License-Identifier: Apache-2.0 */
/* docs/device-vectors.json: the server writes each statement as the file has it, and accepts its signature.
 */
#include "tests/unit/unit.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/codec.h"
#include "base/cx.h"
#include "crypto/p256.h"
#include "statement/statement.h"

enum { STATEMENT_MAX = 4096 };

/* The vector's lines, as its kind's function takes them. */
struct lines {
    const json_t *array;
};

static struct str
text_of(const json_t *object, const char *name)
{
    return str_from_cstr(json_string_value(json_object_get(object, name)));
}

static struct str
line(struct lines l, const char *name)
{
    size_t i;
    json_t *pair;
    json_array_foreach(l.array, i,
                       pair) if (strcmp(json_string_value(json_array_get(pair, 0)), name) ==
                                 0) return str_from_cstr(json_string_value(json_array_get(pair, 1)));
    fail_msg("no line %s", name);
    return STR_NULL;
}

static void
write_assertion(struct buf *b, struct lines l)
{
    const struct challenge_view v = {.id = line(l, "challenge"),
                                     .nonce = line(l, "nonce"),
                                     .audience = line(l, "audience"),
                                     .company = line(l, "company"),
                                     .account = line(l, "account"),
                                     .purpose = line(l, "purpose"),
                                     .console = line(l, "console"),
                                     .source = line(l, "source"),
                                     .created = line(l, "created"),
                                     .expires = line(l, "expires")};
    statement_write_answer(b, &v, line(l, "device"), line(l, "decision"), line(l, "number"));
}

static void
write_enrolment(struct buf *b, struct lines l)
{
    statement_write_enrolment(
        b, &(struct statement_enrolment){line(l, "audience"), line(l, "ticket"), line(l, "name")});
}

static void
write_change(struct buf *b, struct lines l)
{
    enum { HEAD = 4 };
    size_t i;
    json_t *pair;
    statement_open_change(b, &(struct statement_change){line(l, "audience"), line(l, "nonce"),
                                                        line(l, "device"), line(l, "operation")});
    json_array_foreach(l.array, i, pair) if (i >= HEAD)
        statement_add_line(b, json_string_value(json_array_get(pair, 0)),
                           str_from_cstr(json_string_value(json_array_get(pair, 1))));
}

static void
write_self(struct buf *b, struct lines l)
{
    statement_write_self(b,
                         &(struct statement_self){line(l, "audience"), line(l, "nonce"), line(l, "company"),
                                                  line(l, "account"), line(l, "device")});
}

static void
write_statement(struct buf *b, const json_t *vector)
{
    static const struct {
        const char *kind;
        void (*write)(struct buf *, struct lines);
    } kinds[] = {{"countersign-assertion-v1", write_assertion},
                 {"countersign-enrol-v1", write_enrolment},
                 {"countersign-change-v1", write_change},
                 {"countersign-self-v1", write_self}};
    struct str kind = text_of(vector, "kind");
    size_t i = 0;
    while (i < ARRAY_LEN(kinds) && !str_eq(kind, str_from_cstr(kinds[i].kind)))
        i++;
    assert_true(i < ARRAY_LEN(kinds));
    kinds[i].write(b, (struct lines){json_object_get(vector, "lines")});
}

static struct str
read_bytes(struct str base64url, unsigned char *out, size_t size)
{
    size_t n = 0;
    assert_int_equal(codec_base64url_read(base64url, out, size, &n), ERR_NONE);
    assert_int_equal(n, size);
    return (struct str){(const char *)out, n};
}

static void
each_vector_is_what_the_server_verifies(void **state)
{
    json_t *file = json_load_file(VECTORS, JSON_REJECT_DUPLICATES, NULL), *vector;
    struct cx cx;
    unsigned char point_bytes[P256_POINT], signature_bytes[P256_SIGNATURE];
    struct str point, signature;
    size_t i;
    (void)state;
    assert_non_null(file);
    cx_init(&cx);
    point = read_bytes(text_of(file, "public_key"), point_bytes, sizeof point_bytes);
    json_array_foreach(json_object_get(file, "statements"), i, vector)
    {
        struct buf b;
        buf_init(&b, STATEMENT_MAX);
        write_statement(&b, vector);
        assert_str(buf_view(&b), json_string_value(json_object_get(vector, "statement")));
        signature = read_bytes(text_of(vector, "signature"), signature_bytes, sizeof signature_bytes);
        assert_int_equal(es256_verify(&cx, point, buf_view(&b), signature), ERR_NONE);
        assert_int_equal(es256_verify(&cx, point, str_sub(buf_view(&b), 1, SIZE_MAX), signature), ERR_CRYPTO);
        buf_clear(&b);
    }
    assert_true(i >= 8);
    cx_clear(&cx);
    json_decref(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_vector_is_what_the_server_verifies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
