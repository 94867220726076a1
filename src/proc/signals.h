/* SPDX-License-Identifier: Apache-2.0 */
/* signals: the effect of each signal (signals.def), independent of the inherited dispositions. */
#ifndef COUNTERSIGN_PROC_SIGNALS_H
#define COUNTERSIGN_PROC_SIGNALS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/loop.h"

enum signal_deed {
    SIGNAL_END,
    SIGNAL_RELOAD,
    SIGNAL_UPGRADE,
    SIGNAL_REAP,
    SIGNAL_IGNORE,
    SIGNAL_DEED_COUNT_
};

/* Must come first in a supervisor: resets inherited masks and ignored signals, ignores what the table
 * ignores, and blocks the table's other signals until signals_watch, so that none is lost. May be
 * repeated. */
void signals_begin(void);

/* Calls got[deed](arg, signo) from the loop; got[SIGNAL_IGNORE] is not used. ERR_SYSTEM. */
enum errcode signals_watch(struct loop *l, void (*const got[SIGNAL_DEED_COUNT_])(void *arg, int signo),
                           void *arg) MUST_CHECK;

/* In a child, before its program runs. False: the system refused. */
bool signals_for_child(void) MUST_CHECK;

#endif
