/* SPDX-License-Identifier: Apache-2.0 */
/* screen: a terminal that a command draws on again and again, one key at a time, and leaves as it was. Where
 * the output is not a terminal, or one that cannot be drawn on (TERM=dumb), it is a plain stream, and each
 * drawing follows the one before. */
#ifndef COUNTERSIGN_CLI_SCREEN_H
#define COUNTERSIGN_CLI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/interrupt.h"

struct screen {
    struct cli *cli;
    bool is_terminal;      /* drawn on */
    int keys;              /* where keys come from; -1: nowhere */
    struct termios before; /* of keys */
    struct interrupt stop;
};

/* Until screen_close, signals end the waiting instead of the process. ERR_SYSTEM. */
enum errcode screen_open(struct cli *cli, struct screen *s) MUST_CHECK;
void screen_close(struct screen *s);
/* Lines, each with its line end. */
void screen_draw(struct screen *s, struct str lines);
/* Waits until that time (clock_mono). False: a signal or the key q came first. */
bool screen_wait(const struct screen *s, int64_t until);

#endif
