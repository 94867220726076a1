/* SPDX-License-Identifier: Apache-2.0 */
/* write: see write.h. */
#include "xml/write.h"

#include <stdbool.h>
#include <string.h>

#include "base/codec.h"

static bool
is_plain_ascii(unsigned char c)
{
    return c < 0x80 && (c >= 0x20 || c == '\t' || c == '\r' || c == '\n') && c != '&' && c != '<' && c != '>';
}

/* The number of bytes at the front of s that are written unchanged. */
static size_t
plain_prefix(struct str s)
{
    size_t i = 0;
    while (i < s.n) {
        if (is_plain_ascii((unsigned char)s.p[i])) {
            i++;
            continue;
        }
        if ((unsigned char)s.p[i] < 0x80)
            break;
        size_t n;
        uint32_t cp = utf8_read(str_sub(s, i, SIZE_MAX), &n);
        if (cp == UINT32_MAX || cp == 0xfffe || cp == 0xffff)
            break;
        i += n;
    }
    return i;
}

void
xml_write_text(struct buf *out, struct str text)
{
    for (;;) {
        size_t n = plain_prefix(text);
        if (n > 0)
            buf_add(out, text.p, n);
        text = str_sub(text, n, SIZE_MAX);
        if (text.n == 0)
            return;
        uint32_t cp = utf8_read(text, &n);
        if (cp == '&')
            buf_add_str(out, STR_LIT("&amp;"));
        else if (cp == '<')
            buf_add_str(out, STR_LIT("&lt;"));
        else if (cp == '>')
            buf_add_str(out, STR_LIT("&gt;"));
        else if (cp == UINT32_MAX)
            buf_add_str(out, STR_LIT("\xef\xbf\xbd"));
        else
            buf_addf(out, "&#x%X;", (unsigned)cp);
        text = str_sub(text, n, SIZE_MAX);
    }
}
