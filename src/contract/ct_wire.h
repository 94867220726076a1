/* SPDX-License-Identifier: Apache-2.0 */
/* ct_wire: the contract's structures as fields of a frame (base/frame.h), between the front and a worker.
 *
 * The fields follow in table order, without names: both ends are the same build. A string is a frame
 * string (null stays null), a boolean and an unsignedByte one byte, an int an i64, an enumeration a u32,
 * an array a u32 count + 1 (0 is null) followed by its items. */
#ifndef COUNTERSIGN_CONTRACT_CT_WIRE_H
#define COUNTERSIGN_CONTRACT_CT_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/frame.h"
#include "contract/ct.h"

enum { CT_WIRE_ITEMS_MAX = 10000 }; /* items per array */

/* Appends the members of `value`, a struct of type `t`. Only the buf limits the size. */
void ct_wire_put(struct buf *out, const struct ct_type *t, const void *value);

/* Reads them into `value_out`, which is zeroed first; strings and arrays are copied into the arena, so the
 * frame may be consumed. An invalid value (a boolean of 2, an int or enumeration out of range, too many
 * items) sets f->bad, as a short frame does: call frame_read_end once at the end. */
void ct_wire_get(struct frame *f, struct arena *a, const struct ct_type *t, void *value_out);

#endif
