/* key_file: OpenSSL keeps the key, jansson the rest. A failure of OpenSSL here is exhausted memory. */
#include "cli/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/secret.h"

enum { FILE_MAX = 16 * 1024 };

void
key_file_generate(struct key_file *k)
{
    *k = (struct key_file){.key = EVP_EC_gen("P-256")};
    if (k->key == NULL)
        err_no_memory();
}

void
key_file_clear(struct key_file *k)
{
    EVP_PKEY_free(k->key);
    json_decref(k->document);
    *k = (struct key_file){0};
}

enum errcode
key_file_create(struct cx *cx, const char *path, int *fd_out)
{
    *fd_out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*fd_out >= 0)
        return ERR_NONE;
    if (errno == EEXIST)
        return err_set(cx, ERR_USAGE, "%s is there already: a key is never overwritten", path);
    return err_set(cx, ERR_USAGE, "%s cannot be made: %s", path, strerror(errno));
}

static struct str
private_pem(struct cx *cx, const struct key_file *k)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *data;
    if (bio == NULL || PEM_write_bio_PrivateKey(bio, k->key, NULL, NULL, 0, NULL, NULL) != 1)
        err_no_memory();
    long n = BIO_get_mem_data(bio, &data);
    struct str pem = arena_str(&cx->arena, (struct str){data, (size_t)n});
    BIO_free(bio);
    return pem;
}

static bool
write_all(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return fsync(fd) == 0;
}

enum errcode
key_file_write(struct cx *cx, int fd, const struct key_file *k)
{
    struct str pem = private_pem(cx, k);
    json_t *document = json_pack("{s:s%, s:s%, s:s%, s:s%, s:s%}", "url", k->url.p, k->url.n, "device",
                                 k->device.p, k->device.n, "account", k->account.p, k->account.n, "token",
                                 k->token.p, k->token.n, "key", pem.p, pem.n);
    char *text = document != NULL ? json_dumps(document, JSON_INDENT(2)) : NULL;
    if (text == NULL)
        err_no_memory();
    bool ok = write_all(fd, str_from_cstr(text));
    secret_wipe(text, strlen(text));
    free(text);
    json_decref(document);
    return ok ? ERR_NONE : err_set(cx, ERR_IO, "the key file could not be written: %s", strerror(errno));
}

static enum errcode
check_owner(struct cx *cx, const char *path, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
        return err_set(cx, ERR_USAGE, "%s is not a key file", path);
    if (st.st_uid != geteuid())
        return err_set(cx, ERR_USAGE, "%s belongs to somebody else", path);
    if ((st.st_mode & 077) != 0)
        return err_set(cx, ERR_USAGE,
                       "%s is open to others (mode %03o): chmod 600, and think about who has read it", path,
                       (unsigned)st.st_mode & 0777);
    return ERR_NONE;
}

static struct str
member(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);
    return json_is_string(value) ? (struct str){json_string_value(value), json_string_length(value)}
                                 : STR_NULL;
}

static bool
take_document(struct key_file *k)
{
    k->url = member(k->document, "url");
    k->device = member(k->document, "device");
    k->account = member(k->document, "account");
    k->token = member(k->document, "token");
    struct str pem = member(k->document, "key");
    if (str_is_null(k->url) || str_is_null(k->device) || str_is_null(k->account) || str_is_null(k->token) ||
        str_is_null(pem))
        return false;
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    if (bio == NULL)
        err_no_memory();
    k->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    char group[32];
    return k->key != NULL && EVP_PKEY_get_group_name(k->key, group, sizeof group, NULL) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

enum errcode
key_file_read(struct cx *cx, const char *path, struct key_file *k)
{
    *k = (struct key_file){0};
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_set(cx, ERR_USAGE, "the phone's key %s cannot be read: %s", path, strerror(errno));
    enum errcode err = check_owner(cx, path, fd);
    if (err == ERR_NONE) {
        k->document = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
        if (k->document == NULL || !take_document(k))
            err = err_set(cx, ERR_USAGE, "%s is not a key file", path);
    }
    close(fd);
    return err;
}

void
key_file_public(const struct key_file *k, unsigned char out[DEVICE_KEY_BYTES])
{
    unsigned char *point = NULL;
    size_t n = EVP_PKEY_get1_encoded_public_key(k->key, &point);
    ASSERT(n == DEVICE_KEY_BYTES);
    memcpy(out, point, DEVICE_KEY_BYTES);
    OPENSSL_free(point);
}

void
key_file_sign(const struct key_file *k, struct str message, unsigned char out[DEVICE_SIGNATURE_BYTES])
{
    enum { HALF = DEVICE_SIGNATURE_BYTES / 2, DER_MAX = 80 };
    unsigned char der[DER_MAX];
    size_t n = sizeof der;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL || EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, k->key) != 1 ||
        EVP_DigestSign(md, der, &n, (const unsigned char *)message.p, message.n) != 1)
        err_no_memory();
    EVP_MD_CTX_free(md);

    const unsigned char *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
    if (sig == NULL)
        err_no_memory();
    bool ok = BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, HALF) == HALF &&
              BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + HALF, HALF) == HALF;
    ASSERT(ok);
    ECDSA_SIG_free(sig);
}
