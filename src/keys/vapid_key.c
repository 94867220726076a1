/* SPDX-License-Identifier: Apache-2.0 */
/* vapid_key: see vapid_key.h. */
#include "keys/vapid_key.h"

#include "keys/server_key.h"

void
vapid_key_derive(struct secret *server_key, struct vapid_key *out)
{
    struct secret wide;
    server_key_derive(server_key, STR_LIT("countersign push v1"), P256_WIDE, &wide);
    p256_derive(wide.bytes, &out->scalar, out->point);
    secret_clear(&wide);
}

enum errcode
vapid_key_read(struct cx *cx, const char *key_file, struct vapid_key *out)
{
    struct secret server_key;
    enum errcode err = server_key_read(cx, key_file, &server_key);
    if (err == ERR_NONE)
        vapid_key_derive(&server_key, out);
    secret_clear(&server_key);
    return err;
}
