/* SPDX-License-Identifier: Apache-2.0 */
/* frame: typed messages between our own processes over a stream socket pair, with attached descriptors.
 *
 * On the wire: u32 length of the rest (big-endian), u8 type, u32 id, then fields. Each field is written
 * and read by a pair of functions of the same name. A string is u32 length + 1 and its bytes; 0 is null. A
 * reader keeps its first error (reading past the end, an impossible length): read without checking, then
 * call frame_read_end, which also requires that nothing is left. A peer that violates the format has
 * crashed or was compromised: its channel is closed. */
#ifndef COUNTERSIGN_BASE_FRAME_H
#define COUNTERSIGN_BASE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum { FRAME_HEAD = 9, FRAME_MAX = 9 * 1024 * 1024 };

struct frame {
    uint8_t type;
    uint32_t id;
    struct str body; /* a view into the reader's buffer */
    size_t at;
    bool bad;
};

/* Writing: append one frame to an output buf. begin returns a mark that end requires. */
size_t frame_begin(struct buf *out, uint8_t type, uint32_t id);
void frame_put_u8(struct buf *out, uint8_t v);
void frame_put_u32(struct buf *out, uint32_t v);
void frame_put_i64(struct buf *out, int64_t v);
void frame_put_str(struct buf *out, struct str s);
void frame_put_bytes(struct buf *out, const void *p, size_t n); /* fixed size known to both sides */
/* Fills in the length. If the buf exceeded its cap, the partial frame is removed and ERR_LIMIT returned. */
enum errcode frame_end(struct buf *out, size_t mark) MUST_CHECK;

/* Reading: takes one complete frame from the front of `in`. ERR_MORE when it has not arrived completely,
 * ERR_PROTOCOL when its length is impossible. The view is valid until *in changes; call frame_consume(in,
 * f) when done. */
enum errcode frame_next(const struct buf *in, struct frame *f) MUST_CHECK;
void frame_consume(struct buf *in, const struct frame *f);
uint8_t frame_get_u8(struct frame *f);
uint32_t frame_get_u32(struct frame *f);
int64_t frame_get_i64(struct frame *f);
struct str frame_get_str(struct frame *f);
void frame_get_bytes(struct frame *f, void *out, size_t n);
enum errcode frame_read_end(const struct frame *f) MUST_CHECK;

/* Blocking helpers for processes without an event loop (workers): write all of `out`; read until one frame
 * has arrived. EINTR is retried. ERR_CLOSED at end of file between frames, ERR_PROTOCOL within one,
 * ERR_IO. */
enum errcode frame_send_all(int fd, struct buf *out) MUST_CHECK;
enum errcode frame_receive(int fd, struct buf *in, struct frame *f) MUST_CHECK;

/* One frame with up to FRAME_FDS descriptors (SCM_RIGHTS), for control channels only. The channel must be
 * blocking or have room. The receiver owns the descriptors it gets (close-on-exec); n_fds_out is 0 when
 * there were none. Receiving reads exactly one frame into `in`, which must be empty, for frame_next to
 * take; on an error no descriptor is left open. ERR_MORE: the channel is non-blocking and empty.
 * ERR_PROTOCOL also when a peer does not complete a frame within a second of starting it. */
enum { FRAME_FDS = 4 };
enum errcode frame_send_fds(int fd, struct buf *out, const int *fds, size_t n_fds) MUST_CHECK;
enum errcode frame_receive_fds(int fd, struct buf *in, int fds[FRAME_FDS], size_t *n_fds_out) MUST_CHECK;

#endif
