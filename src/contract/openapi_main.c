/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_main: prints docs/device-openapi.json, or with the argument "operator" docs/operator-openapi.json.
 * Their tests compare what it prints with the files (meson.build). */
#include <stdio.h>
#include <string.h>

#include "contract/ct_openapi.h"

enum { DOCUMENT_MAX = 1024 * 1024 };

int
main(int argc, char **argv)
{
    const bool is_admin = argc == 2 && strcmp(argv[1], "operator") == 0;
    struct buf b;
    buf_init(&b, DOCUMENT_MAX);
    ct_openapi_write(&b, is_admin ? CT_FACE_ADMIN : CT_FACE_JSON);
    bool ok = !buf_is_over(&b) && fwrite(buf_view(&b).p, 1, b.len, stdout) == b.len && fflush(stdout) == 0;
    buf_clear(&b);
    return ok ? 0 : 1;
}
