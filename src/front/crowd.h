/* SPDX-License-Identifier: Apache-2.0 */
/* crowd: how many connections one address may have, and the warning when there are too many. */
#ifndef COUNTERSIGN_FRONT_CROWD_H
#define COUNTERSIGN_FRONT_CROWD_H

#include <stdbool.h>

struct front;
struct inet_addr;
struct throttle_source;

/* Counts a connection of that address; is_proxy: it may have any number. NULL, with a warning: it has as many
 * as one may have. */
struct throttle_source *crowd_count(struct front *f, const struct inet_addr *from, bool is_proxy);
/* At most once a minute: how many gave way or were turned away. */
void crowd_warn(struct front *f);

#endif
