/* SPDX-License-Identifier: Apache-2.0 */
/* outbox: worker 0's side of the courier. Takes due rows from table outbox, sends them to the courier as
 * letters (delivery/letter.h), and writes the outcome. The courier has no store: all decisions are made here,
 * by delivery/fate.h.
 *
 * One transaction writes all that has ended, claims what is due and for which there is room, and ends what is
 * not to be delivered any more. A claim lasts longer than a delivery may take, and ends by itself: where this
 * process died, and where the courier does not answer, which then loses its channel. HTTP_OUT_AT_ONCE letters
 * are under way at most, and not all of them to one destination (proc/share.h), so that a courier that reads
 * nothing is not waited for, and what it was to deliver stays in the table. A worker 0 that was started takes
 * over the claims of the one that died; those of another server end by their time, and are then taken over by
 * any server. Either counts as an attempt. When the channel is lost, what was under way counts as an attempt
 * that may go well another time: so a letter that ends couriers does not keep the others. */
#ifndef COUNTERSIGN_PROC_OUTBOX_H
#define COUNTERSIGN_PROC_OUTBOX_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "keys/vapid_key.h"
#include "proc/channel.h"
#include "proc/writing.h"
#include "delivery/http_out.h"
#include "store/store_outbox.h"

#define OUTBOX_LOOK (500 * CLOCK_MS)     /* between two polls */
#define OUTBOX_CLAIM_SPARE (5 * CLOCK_S) /* on top of the time of two consecutive deliveries */

enum outbox_state { OUTBOX_FREE, OUTBOX_UNDER_WAY, OUTBOX_ENDED };

struct outbox_entry {
    enum outbox_state state;
    uint32_t id;           /* of the letter */
    struct arena arena;    /* for the row's text */
    struct outbox_row row; /* next_at: when the claim expires */
    struct http_out_end end;
    int64_t ended_at; /* clock_now */
};

struct outbox {
    struct writing_ways ways;
    int64_t claim; /* how long one lasts */
    int64_t node;  /* who claims: this server; 1 unless set */
    struct vapid_key key;
    struct channel courier;
    bool owes_key;
    bool has_taken_over; /* the claims of the worker before this one */
    bool is_urgent;      /* poll at once */
    int64_t looked_at;   /* clock_mono */
    int64_t rests_until; /* clock_mono: pause after a failure of the store */
    uint32_t last_id;
    struct outbox_entry entries[HTTP_OUT_AT_ONCE];
};

/* Overwrites all of *o; it may be joined afterwards. */
void outbox_init(struct outbox *o);
void outbox_clear(struct outbox *o);
/* Reads the configuration and, for Web Push, the key from the server's key file: before the confinement.
 * Errors as vapid_key_read. */
enum errcode outbox_open(struct cx *cx, struct outbox *o, const struct config *config) MUST_CHECK;

/* Takes the courier's channel; the previous one is lost. */
void outbox_join(struct outbox *o, int fd);
/* The events to wait for at the channel, and the longest wait in milliseconds; -1: forever. */
int outbox_watch(const struct outbox *o, struct pollfd *watched_out);
/* A due row may have been written. */
void outbox_look_soon(struct outbox *o);
/* The store is unavailable: no new attempt within a second. */
void outbox_rest(struct outbox *o);
/* Reads the courier's messages and sends queued ones. True: outbox_work has something to do. */
bool outbox_listen(struct outbox *o, short revents);
/* Runs the transaction; cx must have an open store. On an error nothing is changed, and it pauses for a
 * second. */
enum errcode outbox_work(struct cx *cx, struct outbox *o) MUST_CHECK;
/* Before this process exits: writes the outcomes that have arrived, and releases the other claims. */
enum errcode outbox_leave(struct cx *cx, struct outbox *o) MUST_CHECK;

#endif
