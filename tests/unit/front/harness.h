/* SPDX-License-Identifier: Apache-2.0 */
/* harness: a front with real sockets on loopback, in one process and one loop with its clients and with
 * workers that do what a test says. The clock stands still but for advance(). Nothing sleeps: a wait is for
 * an event, and fails loudly when that does not come. */
#ifndef COUNTERSIGN_TESTS_FRONT_HARNESS_H
#define COUNTERSIGN_TESTS_FRONT_HARNESS_H

#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/cx.h"
#include "base/loop.h"
#include "contract/call.h"
#include "contract/ct.h"
#include "front/front.h"

enum { HARNESS_WORKERS = 4, PUMPS_MAX = 20000 };

struct worker {
    int fd;
    struct buf in;
    struct frame frame; /* the last call; its id is answered */
    bool has_call;
    const struct ct_op *op;
    struct call call;
    void *op_in;
};

struct harness {
    struct loop *loop;
    struct loop_timer stopper;
    struct cx cx;
    struct config config;
    struct front *front;
    struct worker workers[HARNESS_WORKERS];
    uint16_t port;
    int64_t now;
    bool is_drained;
};

/* config_text: the file; "" for defaults. */
struct harness *harness_new(const char *config_text);
void harness_free(struct harness *h);
/* Of a test whose state is a harness. */
int harness_tear_down(void **state);
void listen_on(struct harness *h);
/* The same with traits of front.h. */
void listen_on_with(struct harness *h, unsigned traits);
/* Runs one round of the loop. */
void pump(struct harness *h);
struct front_counts harness_counts(const struct harness *h);
/* For front_drain. */
void harness_drained(void *arg);
void advance(struct harness *h, int64_t microseconds);

void worker_add(struct harness *h, unsigned slot, bool fast_only);
void worker_kill(struct harness *h, unsigned slot);
/* Waits for a call; ->op, ->call and ->op_in (in h->cx.arena) tell it. */
struct worker *worker_take(struct harness *h, unsigned slot);
/* No call comes, however often the loop runs. */
void worker_has_none(struct harness *h, unsigned slot);
void worker_reply(struct harness *h, unsigned slot, const struct call_reply *reply, const void *out);
/* twoFactorCheckPushAuthStatus: that result and zeros. */
void worker_reply_check(struct harness *h, unsigned slot, enum LoginTwoFactorRet result);
/* The same with CALL_WAIT. */
void worker_reply_poll(struct harness *h, unsigned slot, struct topic topic, int64_t seconds);
void worker_wake(struct harness *h, unsigned slot, struct topic topic);
void worker_wake_all(struct harness *h, unsigned slot);
struct topic topic_of(unsigned char byte);

int client_connect(struct harness *h);
/* From that address of loopback. */
int client_connect_from(struct harness *h, const char *address);
/* Something is there to be read, now. */
bool client_has_answer(int fd);
void client_send(int fd, const char *text);
void client_send_bytes(struct harness *h, int fd, const void *bytes, size_t n);
/* One whole answer (head and body) as a C string in h->cx.arena. */
const char *client_read(struct harness *h, int fd);
/* The same for the answer to HEAD, and for an interim answer: only a head. */
const char *client_read_head(struct harness *h, int fd);
/* Nothing comes, however often the loop runs. */
void client_reads_nothing(struct harness *h, int fd);
/* The end of the connection, and nothing before it. */
void client_reads_end(struct harness *h, int fd);
/* A check of that push token, SOAP 1.1; `headers` are whole lines. In h->cx.arena. */
const char *check_request(struct harness *h, const char *push, const char *headers);

/* A login of that account, SOAP 1.1. */
const char *login_request(struct harness *h, const char *email);

/* In h->cx.arena. */
const char *text_printf(struct harness *h, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Whether a text begins with, or holds, another one; prints it where that is not as wished. */
bool text_starts(const char *text, const char *with);
bool text_has(const char *text, const char *part);

#define assert_starts(text, expected) assert_true(text_starts(text, expected))
#define assert_has(text, expected) assert_true(text_has(text, expected))
#define assert_has_not(text, expected) assert_null(strstr(text, expected))

#endif
