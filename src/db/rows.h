/* SPDX-License-Identifier: Apache-2.0 */
/* rows: rows as data. A kind of row is described once, by a list of its columns, as contract/types.def does
 * for messages; the SQL's column list, its parameters, the reader and the binder come from that list:
 *
 *     #define SEAT(FIRST, COLUMN, EXPRESSION) \
 *         FIRST(seat, integer, id)            \
 *         COLUMN(seat, text, name)            \
 *         EXPRESSION(seat, flag, is_old, "CASE WHEN made_at < 5 THEN 1 ELSE 0 END")
 *     ROWS_TYPE(seats, seat, SEAT, .missing = "no such seat");
 *
 *     rows_one(cx, &seats, seat_out, "SELECT " ROWS_COLUMNS(SEAT) " FROM seat WHERE id = $1", "i", id);
 *
 * COLUMN(row, kind, name) is the member of struct row and the column of that name; FIRST is the first such
 * column. EXPRESSION(row, kind, member, sql) is read only. A member's C type must be that of its kind, or it
 * does not compile.
 *
 * Reading is strict: a value of another type than the kind's, a NULL where the kind knows none, a flag
 * other than 0 and 1, a digest of another length, or a word that is not on the list is ERR_STORE, and
 * nothing of the row is returned. */
#ifndef COUNTERSIGN_DB_ROWS_H
#define COUNTERSIGN_DB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "db/db.h"

/* A kind of column: the C type of its member, and what its table row says. A file may define more kinds for
 * its enumerations (ROWS_WORDS). */
enum rows_kind {
    ROWS_INTEGER,
    ROWS_REFERENCE, /* NULL is 0, and 0 is written as NULL */
    ROWS_FLAG,      /* 0 or 1 */
    ROWS_TEXT,
    ROWS_TEXT_OR_NULL,
    ROWS_BLOB,
    ROWS_BLOB_OR_NULL,
    ROWS_DIGEST,
    ROWS_DIGEST_OR_NULL, /* NULL is all zeroes, which are written as NULL */
    ROWS_WORD,           /* an enumeration, stored by its values' names */
    ROWS_EITHER          /* a bool, stored as one of two words */
};
#define ROWS_C_integer int64_t
#define ROWS_C_reference int64_t
#define ROWS_C_flag bool
#define ROWS_C_text struct str
#define ROWS_C_text_or_null struct str
#define ROWS_C_blob struct str
#define ROWS_C_blob_or_null struct str
#define ROWS_C_digest struct digest
#define ROWS_C_digest_or_null struct digest
#define ROWS_IS_integer .kind = ROWS_INTEGER
#define ROWS_IS_reference .kind = ROWS_REFERENCE
#define ROWS_IS_flag .kind = ROWS_FLAG
#define ROWS_IS_text .kind = ROWS_TEXT
#define ROWS_IS_text_or_null .kind = ROWS_TEXT_OR_NULL
#define ROWS_IS_blob .kind = ROWS_BLOB
#define ROWS_IS_blob_or_null .kind = ROWS_BLOB_OR_NULL
#define ROWS_IS_digest .kind = ROWS_DIGEST
#define ROWS_IS_digest_or_null .kind = ROWS_DIGEST_OR_NULL
/* For a kind of one's own: #define ROWS_C_my_state enum my_state, and
 * #define ROWS_IS_my_state ROWS_WORDS(ROWS_WORD, names), where names[value] is the word. */
#define ROWS_WORDS(kind_, names) .kind = (kind_), .words = (names), .n_words = sizeof names / sizeof(names)[0]

struct rows_column {
    const char *name; /* of the member, for the error */
    enum rows_kind kind;
    bool is_computed; /* an EXPRESSION: not written */
    size_t offset;    /* in the struct */
    const char *const *words;
    size_t n_words;
};

struct rows_type {
    const char *missing; /* the detail of ERR_NOT_FOUND */
    const struct rows_column *columns;
    size_t n;
    size_t size; /* of the struct */
    /* 0, or the offset of a bool: then a row that is not what its kinds say is not an error; what can be
     * converted is returned, with false there. For the reader that describes damage. */
    size_t verdict;
};

/* The offset, if the member has the kind's type. */
#define ROWS_OFFSET(row, kind, member) \
    (offsetof(struct row, member) * (size_t) _Generic(((struct row *)NULL)->member, ROWS_C_##kind : 1))
#define ROWS_COLUMN(row, kind, member) \
    {.name = #member, ROWS_IS_##kind, .offset = ROWS_OFFSET(row, kind, member)},
#define ROWS_COMPUTED(row, kind, member, sql) \
    {.name = #member, ROWS_IS_##kind, .is_computed = true, .offset = ROWS_OFFSET(row, kind, member)},
/* Defines `name`, of struct row. More members of struct rows_type follow: .missing = "..." */
#define ROWS_TYPE(name, row, list, ...)                                                                 \
    static const struct rows_column name##_columns[] = {list(ROWS_COLUMN, ROWS_COLUMN, ROWS_COMPUTED)}; \
    static const struct rows_type name = {.columns = name##_columns,                                    \
                                          .n = sizeof name##_columns / sizeof name##_columns[0],        \
                                          .size = sizeof(struct row),                                   \
                                          __VA_ARGS__}

/* Of a list, as string literals: all columns, those that are stored, and as many parameters from $1 on. */
#define ROWS_COLUMNS(list) list(ROWS_FIRST_NAME, ROWS_NEXT_NAME, ROWS_NEXT_TEXT)
#define ROWS_STORED(list) list(ROWS_FIRST_NAME, ROWS_NEXT_NAME, ROWS_NOTHING)
#define ROWS_PARAMETERS(list) ROWS_NUMBERED(list(ROWS_MARK, ROWS_MARK, ROWS_NOTHING))
#define ROWS_FIRST_NAME(row, kind, member) #member
#define ROWS_NEXT_NAME(row, kind, member) ", " #member
#define ROWS_NEXT_TEXT(row, kind, member, sql) ", " sql
#define ROWS_MARK(row, kind, member) , 1
#define ROWS_NOTHING(row, kind, member, sql)
/* Picks the text whose number is that of the commas in front. As many as a statement can bind. */
#define ROWS_NUMBERED(...)                                                                                   \
    ROWS_NUMBERED_(__VA_ARGS__, ROWS_32, ROWS_31, ROWS_30, ROWS_29, ROWS_28, ROWS_27, ROWS_26, ROWS_25,      \
                   ROWS_24, ROWS_23, ROWS_22, ROWS_21, ROWS_20, ROWS_19, ROWS_18, ROWS_17, ROWS_16, ROWS_15, \
                   ROWS_14, ROWS_13, ROWS_12, ROWS_11, ROWS_10, ROWS_9, ROWS_8, ROWS_7, ROWS_6, ROWS_5,      \
                   ROWS_4, ROWS_3, ROWS_2, ROWS_1, )
#define ROWS_NUMBERED_(nothing, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, \
                       p18, p19, p20, p21, p22, p23, p24, p25, p26, p27, p28, p29, p30, p31, p32, picked,   \
                       ...)                                                                                 \
    picked
#define ROWS_1 "$1"
#define ROWS_2 ROWS_1 ", $2"
#define ROWS_3 ROWS_2 ", $3"
#define ROWS_4 ROWS_3 ", $4"
#define ROWS_5 ROWS_4 ", $5"
#define ROWS_6 ROWS_5 ", $6"
#define ROWS_7 ROWS_6 ", $7"
#define ROWS_8 ROWS_7 ", $8"
#define ROWS_9 ROWS_8 ", $9"
#define ROWS_10 ROWS_9 ", $10"
#define ROWS_11 ROWS_10 ", $11"
#define ROWS_12 ROWS_11 ", $12"
#define ROWS_13 ROWS_12 ", $13"
#define ROWS_14 ROWS_13 ", $14"
#define ROWS_15 ROWS_14 ", $15"
#define ROWS_16 ROWS_15 ", $16"
#define ROWS_17 ROWS_16 ", $17"
#define ROWS_18 ROWS_17 ", $18"
#define ROWS_19 ROWS_18 ", $19"
#define ROWS_20 ROWS_19 ", $20"
#define ROWS_21 ROWS_20 ", $21"
#define ROWS_22 ROWS_21 ", $22"
#define ROWS_23 ROWS_22 ", $23"
#define ROWS_24 ROWS_23 ", $24"
#define ROWS_25 ROWS_24 ", $25"
#define ROWS_26 ROWS_25 ", $26"
#define ROWS_27 ROWS_26 ", $27"
#define ROWS_28 ROWS_27 ", $28"
#define ROWS_29 ROWS_28 ", $29"
#define ROWS_30 ROWS_29 ", $30"
#define ROWS_31 ROWS_30 ", $31"
#define ROWS_32 ROWS_31 ", $32"

/* These run a statement, a SELECT or a change with RETURNING, as a whole; parameters as for db_query. Strings
 * are in the arena. On an error the outputs are zero. */

/* The first row; ERR_NOT_FOUND if there is none. The arguments may be views of *row_out. */
enum errcode rows_one(struct cx *cx, const struct rows_type *type, void *row_out, const char *sql,
                      const char *types, ...) MUST_CHECK;
/* The first row; zero if there is none. */
enum errcode rows_optional(struct cx *cx, const struct rows_type *type, void *row_out, const char *sql,
                           const char *types, ...) MUST_CHECK;
/* All rows. list_out: the address of a pointer to the struct; NULL when there is no row. */
enum errcode rows_list(struct cx *cx, const struct rows_type *type, void *list_out, size_t *n_out,
                       const char *sql, const char *types, ...) MUST_CHECK;
/* The first row's one column, an integer; 0 if there is no row. */
enum errcode
rows_number(struct cx *cx, int64_t *number_out, const char *sql, const char *types, ...) MUST_CHECK;
/* Binds the row's stored columns to $1 and so on, and the arguments of `types` to the parameters that
 * follow. */
enum errcode rows_insert(struct cx *cx, const struct rows_type *type, const void *row, const char *sql,
                         const char *types, ...) MUST_CHECK;

/* Of queries with one column: arrays of int64_t and of struct str. */
extern const struct rows_type rows_integers, rows_texts;

#endif
