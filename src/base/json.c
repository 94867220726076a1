/* SPDX-License-Identifier: Apache-2.0 */
/* json: see json.h. */
#include "base/json.h"

#include "base/codec.h"

void
json_add_string(struct buf *out, struct str s)
{
    buf_add_byte(out, '"');
    while (s.n > 0) {
        size_t n;
        uint32_t cp = utf8_read(s, &n);
        if (cp == UINT32_MAX)
            buf_add_cstr(out, "\xef\xbf\xbd");
        else if (cp == '"' || cp == '\\')
            buf_addf(out, "\\%c", (int)cp);
        else if (cp < 0x20 || cp == 0x7f)
            buf_addf(out, "\\u%04x", (unsigned)cp);
        else
            buf_add(out, s.p, n);
        s = str_sub(s, n, s.n - n);
    }
    buf_add_byte(out, '"');
}
