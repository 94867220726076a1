/* SPDX-License-Identifier: Apache-2.0 */
/* phone: see the header. */
#include "play/phone.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "base/clock.h"
#include "base/fds.h"
#include "base/secret.h"
#include "keys/env.h"
#include "signin/challenge_answer.h"
#include "store/store_challenge.h"

enum { STATEMENT_MAX = 16 * 1024, PEM_MAX = 1024 };

#define PHONE_NAME STR_LIT("Sandbox phone")

const char *
phone_key_file(struct arena *a, struct str store_path)
{
    return arena_printf(a, "%.*sphone.key", STR_ARG(str_folder(store_path))).p;
}

enum errcode
phone_make(struct cx *cx, const char *key_file)
{
    int fd = open(key_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(errno));
    struct p256_key *key = p256_generate();
    struct str pem = p256_write_pem(&cx->arena, key);
    p256_free(&key);
    bool done = fds_write_synced(fd, pem);
    done = close(fd) == 0 && done;
    return done ? ERR_NONE : err_set(cx, ERR_IO, "%s: cannot be written", key_file);
}

enum errcode
phone_open(struct cx *cx, const char *key_file, struct phone *phone_out)
{
    char pem[PEM_MAX];
    int fd = open(key_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(errno));
    ssize_t n = read(fd, pem, sizeof pem);
    (void)close(fd);
    phone_out->key = n > 0 ? p256_read_pem((struct str){pem, (size_t)n}) : NULL;
    secret_wipe(pem, sizeof pem);
    if (phone_out->key == NULL)
        return err_set(cx, ERR_SYNTAX, "%s: not the key of a phone", key_file);
    p256_point(phone_out->key, phone_out->public_key);
    return ERR_NONE;
}

void
phone_close(struct phone *phone)
{
    p256_free(&phone->key);
}

/* ES256, in the arena. */
static struct str
sign(struct cx *cx, const struct phone *phone, struct str statement)
{
    unsigned char *raw = arena_alloc(&cx->arena, P256_SIGNATURE);
    p256_sign(phone->key, statement, raw);
    return (struct str){(const char *)raw, P256_SIGNATURE};
}

enum errcode
phone_enrol(struct cx *cx, const struct phone *phone, int64_t technician_id)
{
    struct str link, ticket, token;
    struct device device;
    struct buf statement;
    int64_t former = 0;
    enum errcode err = enrolment_new(cx, technician_id, CLOCK_HOUR, &link);
    if (err != ERR_NONE)
        return err;
    ticket = str_sub(link, str_find(link, '#') + 1, link.n);
    buf_init(&statement, STATEMENT_MAX);
    statement_write_enrolment(
        &statement,
        &(struct statement_enrolment){.audience = cx->env->public_url, .ticket = ticket, .name = PHONE_NAME});
    struct str signature = sign(cx, phone, buf_view(&statement));
    buf_clear(&statement);
    const struct enrolment e = {.ticket = ticket,
                                .public_key = {(const char *)phone->public_key, sizeof phone->public_key},
                                .name = PHONE_NAME,
                                .signature = signature};
    return device_enrol(cx, &e, &device, &token, &former);
}

/* The number that the console shows, or that number plus one. */
static enum errcode
number(struct cx *cx, struct str public_id, bool is_wrong, struct str *number_out)
{
    struct challenge_row row;
    uint64_t n = 0;
    enum errcode err = store_challenge_by_public_id(cx, public_id, &row);
    if (err != ERR_NONE)
        return err;
    *number_out = token_number(cx, row.id, row.nonce, row.number_digits);
    if (!is_wrong)
        return ERR_NONE;
    err = str_to_u64(*number_out, UINT32_MAX, &n);
    const struct str next = arena_printf(&cx->arena, "%06u", (unsigned)((n + 1) % 1000000));
    *number_out = str_sub(next, next.n - (size_t)row.number_digits, next.n);
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
    statement_write_answer(&statement, view, id, str_from_cstr(decision_name(act.decision)),
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
