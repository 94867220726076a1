/* SPDX-License-Identifier: Apache-2.0 */
/* watch: the listeners of metrics.listen, which the watch opens itself before its confinement: a front's
 * program in the role that serves metrics and health (front_set_watch). Its own process, so that they are
 * there while every front hangs, is full or drains. */
#ifndef COUNTERSIGN_PROC_WATCH_H
#define COUNTERSIGN_PROC_WATCH_H

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "front/front.h"

/* ERR_SYSTEM: one of them cannot be opened. */
enum errcode watch_listen(struct cx *cx, const struct config *config, struct front *front) MUST_CHECK;

#endif
