/* seal: see seal.h. */
#include "auth/seal.h"

#include <openssl/evp.h>

#include "auth/env.h"
#include "base/arena.h"
#include "base/codec.h"
#include "base/rand.h"

enum { NONCE = 12, TAG = 16, KEY = 32 };

static EVP_CIPHER_CTX *
context(const struct cx *cx, const unsigned char nonce[NONCE], int64_t id, int encrypt)
{
    unsigned char row[8];
    int n;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL)
        err_no_memory();
    be64_put(row, (uint64_t)id);
    ASSERT(cx->env->seal.n == KEY);
    ASSERT(EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, cx->env->seal.bytes, nonce, encrypt) == 1);
    ASSERT(EVP_CipherUpdate(ctx, NULL, &n, row, sizeof row) == 1);
    return ctx;
}

struct str
seal_close(struct cx *cx, const struct secret *plain, int64_t id)
{
    size_t size = NONCE + plain->n + TAG;
    unsigned char *out = arena_alloc(&cx->arena, size);
    int n = 0, last = 0;
    rand_bytes(out, NONCE);
    EVP_CIPHER_CTX *ctx = context(cx, out, id, 1);
    ASSERT(EVP_CipherUpdate(ctx, out + NONCE, &n, plain->bytes, (int)plain->n) == 1);
    ASSERT(EVP_CipherFinal_ex(ctx, out + NONCE + n, &last) == 1 && (size_t)(n + last) == plain->n);
    ASSERT(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, out + NONCE + plain->n) == 1);
    EVP_CIPHER_CTX_free(ctx);
    return (struct str){(const char *)out, size};
}

enum errcode
seal_open(struct cx *cx, struct str sealed, int64_t id, struct secret *plain_out)
{
    plain_out->n = 0;
    if (sealed.n < NONCE + TAG || sealed.n - NONCE - TAG > sizeof plain_out->bytes)
        return err_set(cx, ERR_CRYPTO, "a sealed value has a wrong length");
    const unsigned char *in = (const unsigned char *)sealed.p;
    unsigned char tag[TAG];
    int n = 0, last = 0;
    size_t size = sealed.n - NONCE - TAG;
    for (size_t i = 0; i < TAG; i++)
        tag[i] = in[NONCE + size + i];
    EVP_CIPHER_CTX *ctx = context(cx, in, id, 0);
    ASSERT(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1);
    bool right = EVP_CipherUpdate(ctx, plain_out->bytes, &n, in + NONCE, (int)size) == 1 &&
                 EVP_CipherFinal_ex(ctx, plain_out->bytes + n, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (right) {
        plain_out->n = size;
        return ERR_NONE;
    }
    secret_clear(plain_out);
    return err_set(cx, ERR_CRYPTO, "a sealed value does not open: another key, or another row's");
}
