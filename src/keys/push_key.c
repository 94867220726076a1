/* SPDX-License-Identifier: Apache-2.0 */
/* push_key: see push_key.h. */
#include "keys/push_key.h"

#include "keys/server_key.h"

void
push_key_derive(struct secret *server_key, struct push_key *out)
{
    struct secret wide;
    server_key_derive(server_key, STR_LIT("countersign push v1"), P256_WIDE, &wide);
    p256_derive(wide.bytes, &out->scalar, out->point);
    secret_clear(&wide);
}

enum errcode
push_key_read(struct cx *cx, const char *key_file, struct push_key *out)
{
    struct secret server_key;
    enum errcode err = server_key_read(cx, key_file, &server_key);
    if (err == ERR_NONE)
        push_key_derive(&server_key, out);
    secret_clear(&server_key);
    return err;
}
