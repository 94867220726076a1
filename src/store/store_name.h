/* SPDX-License-Identifier: Apache-2.0 */
/* store_name: names as they are stored, of everything that an operator can name again. */
#ifndef COUNTERSIGN_STORE_STORE_NAME_H
#define COUNTERSIGN_STORE_STORE_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum store_name_of {
    STORE_NAME_COMPANY,
    STORE_NAME_TECHNICIAN,
    STORE_NAME_DEVICE,
    STORE_NAME_OPERATOR,
    STORE_NAME_COUNT_
};

struct store_name {
    int64_t id;
    struct str key, name; /* key: by which a command finds it */
};

/* Those after that id, in the order of the ids, at most `limit`, in the arena; without what is deleted. */
enum errcode store_names_after(struct cx *cx, enum store_name_of of, int64_t after, int64_t limit,
                               struct store_name **names_out, size_t *n_out) MUST_CHECK;

#endif
