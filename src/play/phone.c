/* phone: see the header. */
#include "play/phone.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <unistd.h>

#include "auth/env.h"
#include "base/clock.h"
#include "store/store_challenge.h"

enum { STATEMENT_MAX = 16 * 1024, DER_MAX = 80, HALF = DEVICE_SIGNATURE_BYTES / 2 };

#define PHONE_NAME STR_LIT("Sandbox phone")

const char *
phone_key_file(struct arena *a, struct str store_path)
{
    struct str folder = store_path;
    while (folder.n > 0 && folder.p[folder.n - 1] != '/')
        folder.n--;
    return arena_printf(a, "%.*sphone.key", STR_ARG(folder)).p;
}

enum errcode
phone_make(struct cx *cx, const char *key_file)
{
    int fd = open(key_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (f == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(errno));
    }
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (key == NULL)
        err_no_memory();
    bool done = PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1;
    EVP_PKEY_free(key);
    done = fclose(f) == 0 && done;
    return done ? ERR_NONE : err_set(cx, ERR_IO, "%s: cannot be written", key_file);
}

enum errcode
phone_open(struct cx *cx, const char *key_file, struct phone *phone_out)
{
    size_t n = 0;
    FILE *f = fopen(key_file, "re");
    if (f == NULL)
        return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(errno));
    phone_out->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    (void)fclose(f);
    if (phone_out->key == NULL ||
        EVP_PKEY_get_octet_string_param(phone_out->key, OSSL_PKEY_PARAM_PUB_KEY, phone_out->public_key,
                                        sizeof(phone_out->public_key), &n) != 1 ||
        n != sizeof(phone_out->public_key))
        return err_set(cx, ERR_SYNTAX, "%s: no key of a phone", key_file);
    return ERR_NONE;
}

void
phone_close(struct phone *phone)
{
    EVP_PKEY_free(phone->key);
    phone->key = NULL;
}

/* r and s, 32 bytes each, in the arena. */
static struct str
sign(struct cx *cx, const struct phone *phone, struct str statement)
{
    unsigned char der[DER_MAX];
    size_t n = sizeof(der);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    ASSERT(md != NULL && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, phone->key) == 1);
    ASSERT(EVP_DigestSign(md, der, &n, (const unsigned char *)statement.p, statement.n) == 1);
    EVP_MD_CTX_free(md);
    const unsigned char *at = der;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)n);
    unsigned char *raw = arena_alloc(&cx->arena, DEVICE_SIGNATURE_BYTES);
    ASSERT(signature != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, HALF) == HALF &&
           BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + HALF, HALF) == HALF);
    ECDSA_SIG_free(signature);
    return (struct str){(const char *)raw, DEVICE_SIGNATURE_BYTES};
}

enum errcode
phone_enrol(struct cx *cx, const struct phone *phone, int64_t technician_id)
{
    struct str link, ticket, token;
    struct device device;
    struct buf statement;
    enum errcode err = enrolment_new(cx, technician_id, CLOCK_HOUR, &link);
    if (err != ERR_NONE)
        return err;
    ticket = str_sub(link, str_find(link, '#') + 1, link.n);
    buf_init(&statement, STATEMENT_MAX);
    buf_add_cstr(&statement, "countersign-enrol-v1\n");
    assertion_add_line(&statement, "audience", cx->env->public_url);
    assertion_add_line(&statement, "ticket", ticket);
    assertion_add_line(&statement, "name", PHONE_NAME);
    struct str signature = sign(cx, phone, buf_view(&statement));
    buf_clear(&statement);
    const struct enrolment e = {.ticket = ticket,
                                .public_key = {(const char *)phone->public_key, sizeof(phone->public_key)},
                                .name = PHONE_NAME,
                                .signature = signature};
    return device_enrol(cx, &e, &device, &token);
}

/* The number that the console shows, or the one after it. */
static enum errcode
number(struct cx *cx, struct str public_id, bool is_wrong, struct str *number_out)
{
    struct challenge_row row;
    uint64_t n = 0;
    enum errcode err = store_challenge_by_public_id(cx, public_id, &row);
    if (err != ERR_NONE)
        return err;
    *number_out = token_number(cx, row.id, row.nonce);
    if (!is_wrong)
        return ERR_NONE;
    err = str_to_u64(*number_out, UINT32_MAX, &n);
    *number_out = arena_printf(&cx->arena, "%06u", (unsigned)((n + 1) % 1000000));
    return err;
}

static enum errcode
answer(struct cx *cx, const struct phone *phone, const struct device *device,
       const struct challenge_view *view, struct phone_act act, struct phone_heard *heard)
{
    struct challenge_reply reply = {.public_id = view->id, .decision = act.decision, .number = STR_NULL};
    struct buf statement;
    enum errcode err = ERR_NONE;
    if (act.decision == DECISION_APPROVE && view->number_required)
        err = number(cx, view->id, act.is_number_wrong, &reply.number);
    if (err != ERR_NONE)
        return err;
    buf_init(&statement, STATEMENT_MAX);
    struct str id = arena_printf(&cx->arena, "%lld", (long long)device->id);
    assertion_write(&statement, view, id, str_from_cstr(decision_name(act.decision)),
                    str_is_null(reply.number) ? STR_LIT("") : reply.number);
    reply.signature = sign(cx, phone, buf_view(&statement));
    buf_clear(&statement);
    cx->actor = arena_printf(&cx->arena, "device:%lld", (long long)device->id);
    heard->was_pending = true;
    return challenge_answer(cx, device, &reply, &heard->answer, &heard->tries_left);
}

enum errcode
phone_answer(struct cx *cx, const struct phone *phone, int64_t technician_id, struct phone_act act,
             struct phone_heard *heard_out)
{
    struct device *devices = NULL;
    struct challenge_view *views = NULL;
    size_t n = 0, waiting = 0;
    *heard_out = (struct phone_heard){.was_pending = false};
    enum errcode err = device_list(cx, technician_id, false, &devices, &n);
    if (err != ERR_NONE || n == 0 || devices[0].state != DEVICE_ACTIVE)
        return err;
    err = challenge_pending(cx, &devices[0], &views, &waiting);
    if (err != ERR_NONE || waiting == 0)
        return err;
    return answer(cx, phone, &devices[0], &views[0], act, heard_out);
}
