/* SPDX-License-Identifier: Apache-2.0 */
/* db_value: the arguments of a statement, as a driver takes them (db_driver.h). */
#include "db/db_driver.h"

struct db_value
db_value_integer(int64_t number)
{
    return (struct db_value){.kind = 'i', .type = 'i', .number = number};
}

struct db_value
db_value_reference(int64_t number)
{
    return (struct db_value){.kind = number != 0 ? 'i' : 'n', .type = 'i', .number = number};
}

struct db_value
db_value_bytes(char kind, struct str bytes)
{
    struct db_value value = {.kind = kind, .type = kind, .bytes = bytes};
    if (str_is_null(bytes))
        value.kind = 'n';
    return value;
}

struct db_value
db_value_digest(const struct digest *digest)
{
    if (digest == NULL)
        return db_value_bytes('b', STR_NULL);
    return db_value_bytes('b', (struct str){(const char *)digest->bytes, sizeof digest->bytes});
}

void
db_value_add(struct db_values *values, struct db_value value)
{
    ASSERT(values->n < DB_VALUES);
    values->at[values->n++] = value;
}
