/* outbox: worker 0's end of the courier. Takes what is due out of table outbox, hands it to the courier as
 * letters (push/letter.h), and writes what became of them. The courier has no store: whatever is decided is
 * decided here, by push/fate.h.
 *
 * One transaction writes all that has ended, claims what is due and for which there is room, and ends what is
 * not to be delivered any more. A claim lasts longer than a delivery may take, and ends by itself: where this
 * process died, and where the courier does not answer, which then loses its channel. HTTP_OUT_AT_ONCE letters
 * are under way at most, and not all of them to one destination (proc/share.h), so that a courier that reads
 * nothing is not waited for, and what it was to deliver stays in the table. When the channel is lost, what
 * was under way counts as an attempt that may go well another time: so a letter that ends couriers does not
 * keep the others. */
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
#include "keys/push_key.h"
#include "proc/channel.h"
#include "push/http_out.h"
#include "store/store_outbox.h"

#define OUTBOX_LOOK (500 * CLOCK_MS)     /* between two looks */
#define OUTBOX_NOTICE_KEPT CLOCK_DAY     /* by the push service, until the phone wakes */
#define OUTBOX_CLAIM_SPARE (5 * CLOCK_S) /* beside what two deliveries, one after the other, may take */

enum outbox_state { OUTBOX_FREE, OUTBOX_UNDER_WAY, OUTBOX_ENDED };

struct outbox_entry {
    enum outbox_state state;
    uint32_t id;           /* of the letter */
    struct arena arena;    /* of the row's text */
    struct outbox_row row; /* next_at: when the claim ends */
    struct http_out_end end;
    int64_t ended_at; /* clock_now */
};

struct outbox {
    bool has_webhook, has_push;
    int64_t claim;
    struct push_key key;
    struct channel courier;
    bool owes_key;
    bool is_urgent;      /* look at once */
    int64_t looked_at;   /* clock_mono */
    int64_t rests_until; /* clock_mono: the store failed */
    uint32_t last_id;
    struct outbox_entry entries[HTTP_OUT_AT_ONCE];
};

/* All of *o is written; it may be joined from now on. */
void outbox_init(struct outbox *o);
void outbox_clear(struct outbox *o);
/* What is configured, and, where there is Web Push, the key, from the server key's file: before the
 * confinement. Errors as push_key_read. */
enum errcode outbox_open(struct outbox *o, struct cx *cx, const struct config *config) MUST_CHECK;

/* Takes the courier's channel; the one before is lost. */
void outbox_join(struct outbox *o, int fd);
/* What to wait for at the channel, and how many milliseconds at most; -1: any time. */
int outbox_watch(const struct outbox *o, struct pollfd *watched_out);
/* Something may have been written that is due. */
void outbox_look_soon(struct outbox *o);
/* The store cannot be had: not again before a second has passed. */
void outbox_rest(struct outbox *o);
/* Reads what the courier says and sends what waits for it. True: outbox_work has something to do. */
bool outbox_listen(struct outbox *o, short revents);
/* The transaction; with an open store in cx. On an error nothing is changed, and it rests for a second. */
enum errcode outbox_work(struct outbox *o, struct cx *cx) MUST_CHECK;
/* Before this process ends: writes what has ended, and gives back what is under way. */
enum errcode outbox_leave(struct outbox *o, struct cx *cx) MUST_CHECK;

#endif
