/* opener: the database connection of a process that must live through its absence: what cannot be opened now
 * is tried again, at most once a second. */
#ifndef COUNTERSIGN_PROC_OPENER_H
#define COUNTERSIGN_PROC_OPENER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"

struct opener {
    struct db *db; /* NULL: not open */
    int64_t tried; /* clock_mono */
    int64_t since; /* clock_mono of the first failure in a row; 0: none */
};

/* The first attempt: what fails is the caller's to say. */
enum errcode opener_first(struct opener *o, struct cx *cx, const struct config *config) MUST_CHECK;
/* Opens the store of the configuration if it is not open, and puts it into cx->db. False: not to be had now;
 * logged once, when it went away. */
bool opener_try(struct opener *o, struct cx *cx, const struct config *config);
void opener_close(struct opener *o, struct cx *cx);

/* The folder of the database, in the arena: what the confinement leaves open. */
const char *opener_folder(struct arena *a, const struct config *config);

#endif
