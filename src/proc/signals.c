/* SPDX-License-Identifier: Apache-2.0 */
/* signals: see the header. */
#include "proc/signals.h"

#include <signal.h>
#include <stddef.h>

static const struct {
    int signo;
    enum signal_deed deed;
} table[] = {
#define SIGNAL(name, deed) {name, SIGNAL_##deed},
#include "proc/signals.def"
};

enum { ROWS = ARRAY_LEN(table) };

/* An ignored signal is inherited through exec; a handler is reset by it, so one found here can only be a
 * sanitizer's. */
static void
forget_ignored(void)
{
    for (int signo = 1; signo <= SIGRTMAX; signo++) {
        struct sigaction now;
        if (sigaction(signo, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
            (void)signal(signo, SIG_DFL);
    }
}

static bool
ignore(bool (*is_ignored)(enum signal_deed))
{
    bool ok = true;
    for (size_t i = 0; i < ROWS; i++)
        if (is_ignored(table[i].deed))
            ok = signal(table[i].signo, SIG_IGN) != SIG_ERR && ok;
    for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
        ok = signal(signo, SIG_IGN) != SIG_ERR && ok;
    return ok;
}

static bool
by_supervisor(enum signal_deed deed)
{
    return deed == SIGNAL_IGNORE;
}

static bool
by_child(enum signal_deed deed)
{
    return deed != SIGNAL_REAP;
}

/* The mask is set before the dispositions: a signal already pending must not be delivered in between. */
void
signals_begin(void)
{
    sigset_t held;
    (void)sigemptyset(&held);
    for (size_t i = 0; i < ROWS; i++)
        (void)sigaddset(&held, table[i].signo);
    (void)sigprocmask(SIG_BLOCK, &held, NULL);
    forget_ignored();
    (void)ignore(by_supervisor);
    for (size_t i = 0; i < ROWS; i++)
        if (by_supervisor(table[i].deed))
            (void)sigdelset(&held, table[i].signo);
    (void)sigprocmask(SIG_SETMASK, &held, NULL);
}

enum errcode
signals_watch(struct loop *l, void (*const got[SIGNAL_DEED_COUNT_])(void *arg, int signo), void *arg)
{
    enum errcode err = ERR_NONE;
    for (size_t i = 0; err == ERR_NONE && i < ROWS; i++)
        if (table[i].deed != SIGNAL_IGNORE)
            err = loop_signal(l, table[i].signo, got[table[i].deed], arg);
    return err;
}

bool
signals_for_child(void)
{
    sigset_t none;
    (void)sigemptyset(&none);
    forget_ignored();
    return ignore(by_child) && sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}
