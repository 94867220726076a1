/* SPDX-License-Identifier: Apache-2.0 */
/* man_main: prints the settings part of countersign.conf(5). */
#include <unistd.h>

#include "config/config.h"

int
main(void)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    config_print_man(&out);
    struct str text = buf_view(&out);
    int rc = write(STDOUT_FILENO, text.p, text.n) == (ssize_t)text.n && !buf_is_over(&out) ? 0 : 1;
    buf_clear(&out);
    return rc;
}
