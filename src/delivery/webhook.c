/* SPDX-License-Identifier: Apache-2.0 */
/* webhook: see the header. */
#include "delivery/webhook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/codec.h"
#include "base/secret.h"
#include "crypto/hash.h"

enum { KEY_MIN = 16, KEY_MAX = 1024 };

enum errcode
webhook_read_key(struct cx *cx, const char *path, struct str *key_out)
{
    char text[KEY_MAX + 2];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = fd < 0 || fstat(fd, &st) != 0 ? -1 : read(fd, text, sizeof text);
    enum errcode err = ERR_NONE;
    if (n < 0)
        err = err_set(cx, ERR_IO, "webhook.secret_file: cannot read %s: %s", path, strerror(errno));
    else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        err = err_set(cx, ERR_DENIED, "webhook.secret_file: others than its owner may read %s: chmod 600 it",
                      path);
    if (fd >= 0)
        (void)close(fd);
    struct str key = {text, n < 0 ? 0 : (size_t)n};
    if (key.n > 0 && text[key.n - 1] == '\n')
        key.n--;
    /* Any bytes may be a key, so it is unknown whether the receiver counts the byte order mark as part of
     * it. */
    if (err == ERR_NONE && utf8_skip_mark(key).n < key.n)
        err = err_set(cx, ERR_SYNTAX,
                      "webhook.secret_file: %s begins with a byte order mark (EF BB BF), which editors add: "
                      "save it without one",
                      path);
    if (err == ERR_NONE && (key.n < KEY_MIN || key.n > KEY_MAX))
        err = err_set(cx, ERR_LIMIT, "webhook.secret_file: %s does not have %d to %d bytes", path, KEY_MIN,
                      KEY_MAX);
    if (err == ERR_NONE)
        *key_out = arena_str(&cx->arena, key);
    secret_wipe(text, sizeof text);
    return err;
}

void
webhook_write(struct cx *cx, struct str key, struct str id, struct http_out_post *post)
{
    struct arena *a = &cx->arena;
    post->body = arena_printf(a, "{\"id\":\"%.*s\",\"event\":\"challenge\"}", STR_ARG(id));
    int64_t at = clock_wall() / CLOCK_S;
    struct str text = arena_printf(a, "%" PRId64 ".%.*s", at, STR_ARG(post->body));
    const struct digest mac = hmac_sha256(key, text);
    struct str hex = codec_hex(a, mac.bytes, sizeof mac.bytes);
    post->headers[0] = "Content-Type: application/json";
    post->headers[1] = arena_printf(a, "X-Countersign-Timestamp: %" PRId64, at).p;
    post->headers[2] = arena_printf(a, "X-Countersign-Signature: sha256=%.*s", STR_ARG(hex)).p;
    post->headers[3] = NULL;
}
