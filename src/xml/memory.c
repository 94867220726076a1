/* SPDX-License-Identifier: Apache-2.0 */
/* memory: see memory.h. */
#include "xml/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/os.h"
#include "base/secret.h"
#include "xml/xml.h"

static struct {
    size_t used, most, limit;
} memory = {.limit = SIZE_MAX};

void
xml_memory_set_limit(size_t n)
{
    memory.most = memory.used;
    memory.limit = n > SIZE_MAX - memory.used ? SIZE_MAX : memory.used + n;
}

size_t
xml_memory(size_t *most_out)
{
    *most_out = memory.most;
    return memory.used;
}

void *
xml_memory_take(size_t n)
{
    bool may = memory.used <= memory.limit && n <= memory.limit - memory.used;
    void *p = may ? malloc(n) : NULL;
    if (may && p == NULL)
        err_no_memory();
    memory.used += os_block_size(p);
    if (memory.used > memory.most)
        memory.most = memory.used;
    return p;
}

void
xml_memory_give_back(void *p)
{
    size_t n = os_block_size(p);
    memory.used -= n;
    secret_wipe(p, n);
    free(p);
}

void *
xml_memory_again(void *p, size_t n)
{
    size_t before = os_block_size(p);
    void *moved = xml_memory_take(n);
    if (moved == NULL)
        return NULL;
    if (p != NULL)
        memcpy(moved, p, before < n ? before : n);
    xml_memory_give_back(p);
    return moved;
}
