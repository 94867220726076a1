/* SPDX-License-Identifier: Apache-2.0 */
/* web_push: see web_push.h. */
#include "delivery/web_push.h"

#include <inttypes.h>
#include <string.h>

#include "base/codec.h"
#include "base/rand.h"
#include "crypto/hash.h"

enum { TOPIC_DIGEST = 12, INFO = 14 + 2 * P256_POINT, IKM = 32 };

/* RFC 8291, section 3.4: the key known to both sides. */
static void
agree(const struct letter *to, const struct p256_key *theirs, const struct p256_key *ours,
      unsigned char key_out[IKM])
{
    static const char label[14] = "WebPush: info";
    char info[INFO];
    unsigned char shared[P256_SCALAR], point[P256_POINT];
    p256_agree(ours, theirs, shared);
    p256_point(ours, point);
    memcpy(info, label, sizeof label); /* including its NUL */
    memcpy(info + sizeof label, to->p256dh.p, P256_POINT);
    memcpy(info + sizeof label + P256_POINT, point, P256_POINT);
    hkdf_sha256(to->auth, (struct str){(const char *)shared, sizeof shared}, (struct str){info, sizeof info},
                key_out, IKM);
    secret_wipe(shared, sizeof shared);
}

enum errcode
web_push_encrypt(struct cx *cx, const struct web_push_keys *keys, const struct letter *to,
                 const struct web_push_text *text, struct str *body_out)
{
    unsigned char key[IKM], point[P256_POINT];
    struct p256_key *theirs = p256_public(to->p256dh);
    if (theirs == NULL)
        return err_set(cx, ERR_CRYPTO, "a subscription's key is not a point on P-256");
    agree(to, theirs, keys->pair, key);
    p256_free(&theirs);
    p256_point(keys->pair, point);
    struct ece e = {.key = {(const char *)key, sizeof key}, .keyid = {(const char *)point, sizeof point}};
    memcpy(e.salt, keys->salt, sizeof e.salt);
    *body_out = ece_encrypt(&cx->arena, &e, text->text, text->padded);
    secret_wipe(key, sizeof key);
    return ERR_NONE;
}

/* A later notification for the same phone replaces one that was not delivered yet (RFC 8030, section 5.4):
 * an account has only one pending push, and any notice makes the phone fetch all of them. Pushes and
 * notices do not replace each other. */
static struct str
topic_of(struct cx *cx, const struct letter *letter)
{
    unsigned char id[9];
    be64_put(id, (uint64_t)letter->device_id);
    id[8] = letter->kind == LETTER_NOTICE ? 1 : 0;
    const struct digest digest = sha256((struct str){(const char *)id, sizeof id});
    return codec_base64url(&cx->arena, digest.bytes, TOPIC_DIGEST);
}

static void
write_headers(struct cx *cx, const struct letter *letter, struct http_out_post *post)
{
    struct arena *a = &cx->arena;
    size_t n = 1; /* after the token */
    post->headers[n++] = "Content-Type: application/octet-stream";
    post->headers[n++] = "Content-Encoding: aes128gcm";
    post->headers[n++] = arena_printf(a, "TTL: %" PRId64, letter->ttl).p;
    post->headers[n++] = letter->kind == LETTER_NOTICE ? "Urgency: normal" : "Urgency: high";
    post->headers[n++] = arena_printf(a, "Topic: %s", topic_of(cx, letter).p).p;
    post->headers[n] = NULL;
}

enum errcode
web_push_write(struct cx *cx, const struct web_push *w, const struct letter *letter,
               struct http_out_post *post)
{
    struct endpoint endpoint;
    if (!endpoint_read(letter->endpoint, &endpoint) || !endpoint_is_listed(&endpoint, w->hosts, w->n_hosts))
        return err_set(cx, ERR_POLICY, "not an allowed push service");
    struct web_push_keys keys = {.pair = p256_generate()};
    rand_bytes(keys.salt, sizeof keys.salt);
    const struct web_push_text text = {.text =
                                           arena_printf(&cx->arena, "{\"id\":\"%.*s\"}", STR_ARG(letter->id)),
                                       .padded = WEB_PUSH_PADDED};
    enum errcode err = web_push_encrypt(cx, &keys, letter, &text, &post->body);
    p256_free(&keys.pair);
    if (err != ERR_NONE)
        return err;
    post->url = arena_cstr(&cx->arena, letter->endpoint);
    post->rules = &w->rules;
    post->headers[0] = vapid_header(cx, &w->vapid, &endpoint).p;
    write_headers(cx, letter, post);
    return ERR_NONE;
}
