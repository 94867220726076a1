/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_main: prints docs/device-openapi.json. Its test compares what it prints with the file
 * (meson.build). */
#include <stdio.h>

#include "contract/ct_openapi.h"

enum { DOCUMENT_MAX = 1024 * 1024 };

int
main(void)
{
    struct buf b;
    buf_init(&b, DOCUMENT_MAX);
    ct_openapi_write(&b, CT_FACE_JSON);
    bool ok = !buf_is_over(&b) && fwrite(buf_view(&b).p, 1, b.len, stdout) == b.len && fflush(stdout) == 0;
    buf_clear(&b);
    return ok ? 0 : 1;
}
