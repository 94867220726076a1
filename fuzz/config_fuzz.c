/* SPDX-License-Identifier: Apache-2.0 */
/* config_fuzz: any text is a configuration or a list of problems, never both. */
#include "fuzz/fuzz.h"

#include "config/config.h"

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 256 * 1024, .allocated_each = 4096, .steps_base = 32 * 1024, .steps_each = 128};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c;
    struct buf messages;
    buf_init(&messages, 1 << 20);
    config_init(&c);
    enum errcode err = config_parse(&c, STR_LIT("f"), (struct str){(const char *)data, size}, &messages);
    ASSERT(err == ERR_NONE || err == ERR_CONFIG);
    ASSERT((err == ERR_NONE) == (messages.len == 0 && !buf_is_over(&messages)));
    ASSERT(c.server_listen.n > 0 && c.server_workers != 1);
    config_clear(&c);
    buf_clear(&messages);
    return 0;
}
