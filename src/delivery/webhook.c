/* SPDX-License-Identifier: Apache-2.0 */
/* webhook: see the header. */
#include "delivery/webhook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/secret.h"
#include "crypto/hash.h"

enum { KEY_MAX = 1024, BODY_MAX = 16 * 1024 };

enum errcode
webhook_read_secret(struct cx *cx, const char *setting, const char *path, size_t least,
                    struct str *secret_out)
{
    char text[KEY_MAX + 2];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = fd < 0 || fstat(fd, &st) != 0 ? -1 : read(fd, text, sizeof text);
    enum errcode err = ERR_NONE;
    if (n < 0)
        err = err_set(cx, ERR_IO, "%s: cannot read %s: %s", setting, path, strerror(errno));
    else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        err = err_set(cx, ERR_DENIED, "%s: others than its owner may read %s: chmod 600 it", setting, path);
    if (fd >= 0)
        (void)close(fd);
    struct str key = {text, n < 0 ? 0 : (size_t)n};
    if (key.n > 0 && text[key.n - 1] == '\n')
        key.n--;
    /* Any bytes may be a key, so it is unknown whether the receiver counts the byte order mark as part of
     * it. */
    if (err == ERR_NONE && utf8_skip_mark(key).n < key.n)
        err =
            err_set(cx, ERR_SYNTAX,
                    "%s: %s begins with a byte order mark (EF BB BF), which editors add: save it without one",
                    setting, path);
    if (err == ERR_NONE && (key.n < least || key.n > KEY_MAX))
        err = err_set(cx, ERR_LIMIT, "%s: %s does not have %zu to %d bytes", setting, path, least, KEY_MAX);
    if (err == ERR_NONE)
        *secret_out = arena_str(&cx->arena, key);
    secret_wipe(text, sizeof text);
    return err;
}

enum errcode
webhook_read_key(struct cx *cx, const char *setting, const char *path, struct str *key_out)
{
    return webhook_read_secret(cx, setting, path, WEBHOOK_KEY_MIN, key_out);
}

/* The headers of the post's body. */
static void
sign(struct cx *cx, struct str key, struct http_out_post *post)
{
    struct arena *a = &cx->arena;
    int64_t at = clock_wall() / CLOCK_S;
    struct str text = arena_printf(a, "%" PRId64 ".%.*s", at, STR_ARG(post->body));
    const struct digest mac = hmac_sha256(key, text);
    struct str hex = codec_hex(a, mac.bytes, sizeof mac.bytes);
    post->headers[0] = "Content-Type: application/json";
    post->headers[1] = arena_printf(a, "X-Countersign-Timestamp: %" PRId64, at).p;
    post->headers[2] = arena_printf(a, "X-Countersign-Signature: sha256=%.*s", STR_ARG(hex)).p;
    post->headers[3] = NULL;
}

void
webhook_write(struct cx *cx, struct str key, struct str id, struct http_out_post *post)
{
    post->body = arena_printf(&cx->arena, "{\"id\":\"%.*s\",\"event\":\"challenge\"}", STR_ARG(id));
    sign(cx, key, post);
}

static void
put(struct buf *out, const char *key, struct str value)
{
    buf_addf(out, "%s\"%s\":", out->len == 0 ? "{" : ",", key);
    json_add_string(out, value);
}

void
webhook_write_alarm(struct cx *cx, struct str key, const struct letter *letter, struct http_out_post *post)
{
    const struct letter_alarm *alarm = &letter->alarm;
    struct buf body;
    buf_init(&body, BODY_MAX);
    put(&body, "id", letter->id);
    put(&body, "event", STR_LIT("alarm"));
    put(&body, "class", alarm->class);
    put(&body, "state", alarm->is_cleared ? STR_LIT("cleared") : STR_LIT("raised"));
    put(&body, "subject", alarm->subject);
    put(&body, "text", alarm->detail);
    put(&body, "raised_at", clock_text(&cx->arena, alarm->raised_at));
    put(&body, "at", clock_text(&cx->arena, alarm->at));
    buf_add_byte(&body, '}');
    post->body = arena_str(&cx->arena, buf_view(&body));
    buf_clear(&body);
    sign(cx, key, post);
}
