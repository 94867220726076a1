/* SPDX-License-Identifier: Apache-2.0 */
/* csv_fuzz: every record lies within the text, lines only grow, and the records are read again unchanged when
 * they are written with every field in quotes. */
#include "fuzz/fuzz.h"

#include "base/buf.h"
#include "base/csv.h"

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 64, .steps_base = 16 * 1024, .steps_each = 256};

static void
write_record(struct buf *out, const struct csv_record *r)
{
    for (size_t i = 0; i < r->n; i++) {
        buf_add_cstr(out, i > 0 ? ",\"" : "\"");
        for (size_t k = 0; k < r->fields[i].n; k++) {
            if (r->fields[i].p[k] == '"')
                buf_add_byte(out, '"');
            buf_add_byte(out, (unsigned char)r->fields[i].p[k]);
        }
        buf_add_byte(out, '"');
    }
}

static void
read_again(struct arena *a, const struct csv_record *r, size_t size)
{
    struct buf b;
    struct csv csv;
    struct csv_record again;
    const char *why;
    buf_init(&b, 4 * size + 64);
    write_record(&b, r);
    csv_begin(&csv, buf_view(&b));
    ASSERT(csv_next(&csv, a, &again, &why) == CSV_RECORD && again.n == r->n);
    for (size_t i = 0; i < r->n; i++)
        ASSERT(str_eq(again.fields[i], r->fields[i]));
    ASSERT(csv_next(&csv, a, &again, &why) == CSV_END);
    buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct csv csv;
    struct csv_record r;
    const char *why = NULL;
    int64_t line = 0;
    enum csv_read how;
    arena_init(&a);
    csv_begin(&csv, (struct str){(const char *)data, size});
    while ((how = csv_next(&csv, &a, &r, &why)) == CSV_RECORD) {
        ASSERT(csv.line > line && r.n >= 1 && r.n <= CSV_FIELDS);
        line = csv.line;
        if (size < 4096)
            read_again(&a, &r, size);
    }
    ASSERT((how == CSV_WRONG) == (why != NULL));
    arena_clear(&a);
    return 0;
}
