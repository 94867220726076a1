/* ece: see ece.h. */
#include "push/ece.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/codec.h"
#include "base/err.h"
#include "base/secret.h"

enum { KEY = 16, NONCE = 12, HASH = 32, INFO_MAX = 256, LAST_RECORD = 2 };

/* With a NUL behind each, which is part of it (sections 2.2 and 2.3). */
static const struct str key_info = {"Content-Encoding: aes128gcm", sizeof("Content-Encoding: aes128gcm")};
static const struct str nonce_info = {"Content-Encoding: nonce", sizeof("Content-Encoding: nonce")};

static void
hmac(struct str key, struct str message, unsigned char out[HASH])
{
    ASSERT(HMAC(EVP_sha256(), key.p, (int)key.n, (const unsigned char *)message.p, message.n, out, NULL) !=
           NULL);
}

void
ece_hkdf(struct str salt, struct str key, struct str info, unsigned char *out, size_t n)
{
    unsigned char prk[HASH], block[HASH], message[INFO_MAX + 1];
    ASSERT(n <= HASH && info.n <= INFO_MAX);
    hmac(salt, key, prk);
    memcpy(message, info.p, info.n);
    message[info.n] = 1; /* the first block is all that is needed */
    hmac((struct str){(const char *)prk, HASH}, (struct str){(const char *)message, info.n + 1}, block);
    memcpy(out, block, n);
    secret_wipe(prk, sizeof(prk));
    secret_wipe(block, sizeof(block));
}

static void
seal(const unsigned char key[KEY], const unsigned char nonce[NONCE], unsigned char *bytes, size_t n)
{
    int written = 0, last = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL)
        err_no_memory();
    ASSERT(EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) == 1);
    ASSERT(EVP_EncryptUpdate(ctx, bytes, &written, bytes, (int)n) == 1);
    ASSERT(EVP_EncryptFinal_ex(ctx, bytes + written, &last) == 1 && (size_t)(written + last) == n);
    ASSERT(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, ECE_TAG, bytes + n) == 1);
    EVP_CIPHER_CTX_free(ctx);
}

struct str
ece_encrypt(struct arena *a, const struct ece *e, struct str text, size_t padded)
{
    ASSERT(text.n < padded && padded <= ECE_RECORD - ECE_TAG && e->keyid.n <= ECE_KEYID_MAX);
    size_t head = ECE_HEADER + e->keyid.n;
    unsigned char key[KEY], nonce[NONCE];
    unsigned char *out = arena_zalloc(a, head + padded + ECE_TAG);
    const struct str salt = {(const char *)e->salt, ECE_SALT};
    memcpy(out, e->salt, ECE_SALT);
    be32_put(out + ECE_SALT, ECE_RECORD);
    out[ECE_SALT + 4] = (unsigned char)e->keyid.n;
    if (e->keyid.n > 0)
        memcpy(out + ECE_HEADER, e->keyid.p, e->keyid.n);
    memcpy(out + head, text.p, text.n);
    out[head + text.n] = LAST_RECORD;
    ece_hkdf(salt, e->key, key_info, key, sizeof(key));
    ece_hkdf(salt, e->key, nonce_info, nonce, sizeof(nonce)); /* of record 0 as it is */
    seal(key, nonce, out + head, padded);
    secret_wipe(key, sizeof(key));
    return (struct str){(const char *)out, head + padded + ECE_TAG};
}
