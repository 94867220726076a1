/* SPDX-License-Identifier: Apache-2.0 */
/* fields: see fields.h. */
#include "crypto/fields.h"

#include "base/codec.h"

void
fields_put(struct buf *out, struct str value)
{
    unsigned char length[FIELDS_LENGTH];
    be64_put(length, value.n);
    buf_add(out, length, sizeof length);
    buf_add_str(out, value);
}

void
fields_put_number(struct buf *out, int64_t value)
{
    unsigned char bytes[FIELDS_NUMBER];
    be64_put(bytes, (uint64_t)value);
    fields_put(out, (struct str){(const char *)bytes, sizeof bytes});
}
